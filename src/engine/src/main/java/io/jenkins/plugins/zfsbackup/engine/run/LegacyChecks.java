package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Guid;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import java.util.Optional;

/** Holds what an old script's file has in it against what the listing takes it for. */
final class LegacyChecks {

    private LegacyChecks() {}

    /**
     * @throws IntegrityException if the stream leads from or to another snapshot; guids that are not known decide
     *     nothing
     */
    static void requireAsListed(StoredBackup backup, SendStream stream, String doing) throws IntegrityException {
        boolean from = backup.base().isEmpty()
                ? stream.fromGuid() == 0
                : stream.fromGuid() != 0 && agrees(backup.base(), stream.fromGuid());
        if (!from) {
            throw differs(doing, "starts from guid " + Guid.format(stream.fromGuid()), backup.base());
        }
        if (!agrees(Optional.of(backup.snapshot()), stream.toGuid())) {
            throw differs(doing, "leads to guid " + Guid.format(stream.toGuid()), Optional.of(backup.snapshot()));
        }
    }

    private static boolean agrees(Optional<SnapshotId> listed, long guid) {
        return listed.map(id -> !id.guidKnown() || id.guid() == guid).orElse(false);
    }

    private static IntegrityException differs(String doing, String said, Optional<SnapshotId> listed) {
        return new IntegrityException(
                doing,
                "the stream in it " + said + ", and not "
                        + listed.map(id -> "@" + id.name() + (id.guidKnown() ? ", guid " + id.guidText() : ""))
                                .orElse("from nothing"),
                "The script has told snapshots by their names, and this one was replaced by another of the same name.");
    }
}
