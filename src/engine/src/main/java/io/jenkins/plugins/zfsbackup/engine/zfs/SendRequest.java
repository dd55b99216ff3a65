package io.jenkins.plugins.zfsbackup.engine.zfs;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The stream to make.
 *
 * @param snapshot the full name of the snapshot to send, {@code pool/dataset@name}
 * @param base the full name of the snapshot or bookmark that the stream builds on; empty for a full stream
 * @param packaged whether the stream contains the snapshots between base and snapshot ({@code -I}); the base must then
 *     be a snapshot, because {@code zfs send -I} accepts no bookmark
 * @param flags the form of the stream; see {@link Capabilities#flagsFor}
 */
public record SendRequest(String snapshot, Optional<String> base, boolean packaged, Set<SendFlag> flags) {

    /** @throws IllegalArgumentException if the names are not those of snapshots, or don't match the kind of stream */
    public SendRequest {
        if (snapshot.indexOf('@') < 1) {
            throw new IllegalArgumentException("'" + snapshot + "' is not the full name of a snapshot");
        }
        if (base.isPresent() && base.get().indexOf('@') < 1 && base.get().indexOf('#') < 1) {
            throw new IllegalArgumentException("'" + base.get() + "' is not the full name of a snapshot or bookmark");
        }
        if (packaged && (base.isEmpty() || base.get().indexOf('#') >= 0)) {
            throw new IllegalArgumentException("A package for '" + snapshot + "' needs a snapshot as its base");
        }
        flags = Set.copyOf(flags);
    }

    /** A full stream. */
    public static SendRequest full(String snapshot, Set<SendFlag> flags) {
        return new SendRequest(snapshot, Optional.empty(), false, flags);
    }

    /** An incremental stream ({@code -i}) from a snapshot or bookmark. */
    public static SendRequest incremental(String base, String snapshot, Set<SendFlag> flags) {
        return new SendRequest(snapshot, Optional.of(base), false, flags);
    }

    /** A package ({@code -I}) of all snapshots after the base, which must be a snapshot. */
    public static SendRequest packaged(String base, String snapshot, Set<SendFlag> flags) {
        return new SendRequest(snapshot, Optional.of(base), true, flags);
    }

    /** The arguments after {@code zfs send}, always in the same order, as a manifest records them. */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        EnumSet.allOf(SendFlag.class).stream()
                .filter(flags::contains)
                .map(SendFlag::option)
                .forEach(arguments::add);
        base.ifPresent(name -> {
            arguments.add(packaged ? "-I" : "-i");
            arguments.add(name);
        });
        arguments.add(snapshot);
        return List.copyOf(arguments);
    }
}
