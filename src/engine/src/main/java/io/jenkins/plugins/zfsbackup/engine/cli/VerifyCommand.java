package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.Share;
import io.jenkins.plugins.zfsbackup.engine.protocol.VerifyResult;
import io.jenkins.plugins.zfsbackup.engine.run.ReadKeys;
import io.jenkins.plugins.zfsbackup.engine.run.Subset;
import io.jenkins.plugins.zfsbackup.engine.run.VerifyDepth;
import io.jenkins.plugins.zfsbackup.engine.run.VerifyRun;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.stream.Workers;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code zfs-backup verify}. */
@Command(
        name = "verify",
        description = "Checks whether the stored backups can be restored.",
        footer = {
            "",
            "Example: zfs-backup verify --repo sftp://backup@nas/srv/backup --depth hash --subset 1/7"
                    + " --verify-with signer.asc"
        })
final class VerifyCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Mixin
    private TransferOptions transfer;

    @Mixin
    private ReadKeyOptions keys;

    @Option(names = "--repo", paramLabel = "URL", required = true, description = "The repository.")
    private String repo;

    @Parameters(paramLabel = "DATASET", arity = "0..*", description = "Only these datasets. Default: all.")
    private List<String> datasets;

    @Option(
            names = "--depth",
            paramLabel = "DEPTH",
            defaultValue = "hash",
            description = "What to check: listing (all files exist, and all chains are complete), hash (default: every"
                    + " stored byte matches its hash), content (every backup decrypts to a valid stream) or receive"
                    + " (zfs receive accepts the newest state).")
    private VerifyDepth depth;

    @Option(
            names = "--subset",
            paramLabel = "N/T",
            defaultValue = "1/1",
            description = "Read only the N-th of T shares, e.g. 1/7 on Mondays, 2/7 on Tuesdays and so on.")
    private String subset;

    @Option(
            names = "--into",
            paramLabel = "DATASET",
            description =
                    "Create the scratch datasets of --depth receive below this dataset. Default: the dataset's pool.")
    private String into;

    private final Environment environment;

    VerifyCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Output output = new Output(environment, common);
        VerifyRun.Request request = new VerifyRun.Request(CommonOptions.orEmpty(datasets), depth, subset(), into());
        try (Storage storage = StorageFactory.openToRead(environment, common, repo, transfer.connections);
                Workers workers = transfer.workers(output.console())) {
            ReadKeys readKeys = keys.readKeys(environment);
            Archives.Readable archive =
                    Archives.toRead(storage, environment.localState(output.console()), workers, readKeys);
            VerifyResult verified = new VerifyRun(
                            common.zfs(),
                            archive.repository(),
                            archive.streams(),
                            readKeys,
                            environment.control(output.console()))
                    .run(request);
            output.document(verified);
            long bad = verified.datasets().stream()
                    .filter(each -> each.outcome() != Outcome.OK)
                    .count();
            output.console()
                    .print(verified.datasets().size() + " datasets verified, "
                            + (bad == 0 ? "all good" : bad + " with problems"));
            return verified.outcome().exitCode();
        }
    }

    private Subset subset() throws UsageException {
        return Share.parse(subset)
                .map(share -> new Subset(share.part(), share.total()))
                .orElseThrow(
                        () -> new UsageException("verifying", "'" + subset + "' is no subset", "Write N/T, e.g. 1/7."));
    }

    private Optional<DatasetName> into() throws UsageException {
        try {
            return Optional.ofNullable(into).map(DatasetName::new);
        } catch (IllegalArgumentException e) {
            throw new UsageException("verifying", Reason.of(e), Wording.OTHER_INTO.text(), e);
        }
    }
}
