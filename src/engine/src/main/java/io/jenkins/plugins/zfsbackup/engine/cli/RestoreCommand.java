package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.RestoreResult;
import io.jenkins.plugins.zfsbackup.engine.run.Mounting;
import io.jenkins.plugins.zfsbackup.engine.run.ReadKeys;
import io.jenkins.plugins.zfsbackup.engine.run.RestoreRequest;
import io.jenkins.plugins.zfsbackup.engine.run.RestoreRun;
import io.jenkins.plugins.zfsbackup.engine.run.Sizes;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.stream.Workers;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code zfs-backup restore}. */
@Command(
        name = "restore",
        description = "Restores a dataset as it was at a snapshot.",
        footer = {
            "",
            "Example: zfs-backup restore tank/home@monday --repo sftp://backup@nas/srv/backup --to"
                    + " tank/home-monday --decrypt-with secret.asc --verify-with signer.asc"
        })
final class RestoreCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Mixin
    private TransferOptions transfer;

    @Mixin
    private ReadKeyOptions keys;

    @Parameters(paramLabel = "DATASET[@SNAPSHOT]", description = "The snapshot to restore. Default: the newest.")
    private String what;

    @Option(names = "--repo", paramLabel = "URL", required = true, description = "The repository.")
    private String repo;

    @ArgGroup(multiplicity = "1")
    private Destination destination;

    @Option(
            names = "--mount",
            description = "Mount the restored dataset. Without this option the command for that is shown.")
    private boolean mount;

    @Option(names = "--dry-run", description = "Report which backups would be received, but receive none.")
    private boolean dryRun;

    private final Environment environment;

    static final class Destination {
        @Option(
                names = "--to",
                paramLabel = "TARGET",
                description = "The dataset to receive into: a new one, or one whose newest snapshot is an earlier one.")
        private String to;

        @Option(
                names = "--stdout",
                description = "Write the raw stream to standard output, e.g. for zfs receive on another machine.")
        private boolean stdout;
    }

    RestoreCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Output output = new Output(environment, common, destination.stdout);
        RestoreRequest request = request();
        try (Storage storage = StorageFactory.openToRead(environment, common, repo, transfer.connections);
                Workers workers = transfer.workers(output.console())) {
            ReadKeys readKeys = keys.readKeys(environment);
            Archives.Readable archive =
                    Archives.toRead(storage, environment.localState(output.console()), workers, readKeys);
            RestoreResult restored = new RestoreRun(
                            common.zfs(),
                            archive.repository(),
                            archive.streams(),
                            readKeys,
                            environment.control(output.console()))
                    .run(request, environment.out());
            if (destination.stdout && !common.json) {
                environment.out().flush();
            } else {
                output.document(restored);
            }
            output.console()
                    .print(restored.dataset() + "@" + restored.snapshot()
                            + (dryRun ? ": would be restored from " : ": restored from ")
                            + restored.chain().size()
                            + (restored.chain().size() == 1 ? " backup, " : " backups, ")
                            + Sizes.bytes(restored.rawBytes()));
            if (request.target().isPresent() && !dryRun) {
                mounting(request.target().get(), output.console());
            }
            return 0;
        }
    }

    private void mounting(DatasetName target, Console console) throws IOException {
        Mounting mounting = new Mounting(common.zfs());
        if (mount) {
            console.print(mounting.mount(target));
        } else {
            mounting.advice(target).ifPresent(console::info);
        }
    }

    private RestoreRequest request() throws UsageException {
        int at = what.indexOf('@');
        String dataset = at < 0 ? what : what.substring(0, at);
        Optional<String> snapshot = at < 0 ? Optional.empty() : Optional.of(what.substring(at + 1));
        if (destination.stdout && common.json) {
            throw new UsageException("restoring " + what, Wording.ONE_OUTPUT.text(), "Choose one.");
        }
        if (destination.stdout && mount) {
            throw new UsageException("restoring " + what, Wording.NOTHING_TO_MOUNT.text(), "Leave one of them out.");
        }
        return new RestoreRequest(dataset, snapshot, target(), dryRun);
    }

    private Optional<DatasetName> target() throws UsageException {
        if (destination.to == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new DatasetName(destination.to));
        } catch (IllegalArgumentException e) {
            throw new UsageException("restoring " + what, Reason.of(e), Wording.OTHER_TARGET.text(), e);
        }
    }
}
