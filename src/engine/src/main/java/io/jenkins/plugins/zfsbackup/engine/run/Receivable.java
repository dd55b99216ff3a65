package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.sendstream.Feature;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import java.util.Optional;

/** What is said of streams that are whole, and that {@code zfs receive} does not take all the same. */
public final class Receivable {

    private static final String NOT = "it is whole, but zfs receive does not take it: ";

    private Receivable() {}

    /** @throws IntegrityException if the stream is one of those */
    public static void require(SendStream stream, String doing) throws IntegrityException {
        require(objection(stream), doing);
    }

    /** @throws IntegrityException if the manifest says that the stream is one of those */
    static void require(Manifest manifest, String doing) throws IntegrityException {
        require(objection(manifest), doing);
    }

    private static void require(Optional<String> objection, String doing) throws IntegrityException {
        if (objection.isPresent()) {
            throw new IntegrityException(doing, objection.get(), "");
        }
    }

    /** What to say of a stream that was read; empty if it is none of those. */
    public static Optional<String> objection(SendStream stream) {
        return stream.objection().map(why -> NOT + why);
    }

    /** What to say of a stream by its manifest alone. What shows only in its records is not known before it is read. */
    static Optional<String> objection(Manifest manifest) {
        return Feature.objection(manifest.stream().features()).map(why -> NOT + why);
    }
}
