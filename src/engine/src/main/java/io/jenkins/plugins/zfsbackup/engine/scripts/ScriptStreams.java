package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.SnapshotReference;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.run.ReadKeys;
import io.jenkins.plugins.zfsbackup.engine.run.RunControl;
import io.jenkins.plugins.zfsbackup.engine.run.StoredStream;
import io.jenkins.plugins.zfsbackup.engine.run.StoredStreams;
import io.jenkins.plugins.zfsbackup.engine.run.Transfer;
import java.io.IOException;
import java.util.Optional;

/** The streams in what scripts have stored, beside those of another form. */
public final class ScriptStreams implements StoredStreams {

    private final StoredStreams others;
    private final ScriptFiles files;
    private final ReadKeys readKeys;

    /**
     * @param others opens all that no script has stored
     * @param readKeys the keys to read and to believe backups with
     */
    public ScriptStreams(StoredStreams others, ScriptFiles files, ReadKeys readKeys) {
        this.others = others;
        this.files = files;
        this.readKeys = readKeys;
    }

    @Override
    public StoredStream of(String dataset, StoredBackup backup) {
        Optional<ScriptFile> file = files.file(backup);
        return file.isPresent() ? new ScriptStream(files, file.get(), backup, readKeys) : others.of(dataset, backup);
    }

    /** Which snapshots a package has in it shows only when it is read. */
    @Override
    public boolean lookInside(Listing listing, SnapshotReference wanted, RunControl control, String doing)
            throws IOException {
        boolean learned = others.lookInside(listing, wanted, control, doing);
        for (StoredBackup backup : listing.backups()) {
            Optional<ScriptFile> file = files.file(backup);
            if (file.isEmpty() || backup.kind() != Kind.PACKAGE) {
                continue;
            }
            String dataset = listing.dataset();
            control.listener().info(dataset + ": looking for @" + wanted.text() + " in " + backup.id());
            try (Transfer transfer = control.transfer(dataset, backup.id(), doing)) {
                StreamInside inside = StreamInside.of(
                        new ScriptStream(files, file.get(), backup, readKeys).checkWhole(transfer).stream());
                files.learn(file.get(), inside);
                learned = true;
                if (inside.snapshots().stream().anyMatch(wanted::means)) {
                    return true;
                }
            } catch (IntegrityException e) {
                control.listener().warn(dataset + ": " + e.getMessage());
            }
        }
        return learned;
    }
}
