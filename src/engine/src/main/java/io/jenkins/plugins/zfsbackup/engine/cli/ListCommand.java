package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult.Backup;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult.RestorePoint;
import io.jenkins.plugins.zfsbackup.engine.run.ListRun;
import io.jenkins.plugins.zfsbackup.engine.run.SafeUpTo;
import io.jenkins.plugins.zfsbackup.engine.run.Sizes;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code zfs-backup list}. */
@Command(
        name = "list",
        description = "Shows which snapshots can be restored.",
        footer = {"", "Example: zfs-backup list --repo sftp://backup@nas/srv/backup tank/home"})
final class ListCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Option(names = "--repo", paramLabel = "URL", required = true, description = "The repository.")
    private String repo;

    @Parameters(paramLabel = "DATASET", arity = "0..*", description = "Only these datasets. Default: all.")
    private List<String> datasets;

    private final Environment environment;

    ListCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Output output = new Output(environment, common);
        try (Storage storage = StorageFactory.openToRead(environment, common, repo, StorageFactory.CONNECTIONS)) {
            ListResult listed = new ListRun(
                            Archives.toList(storage, environment.localState(output.console())),
                            environment.cancellation())
                    .run(CommonOptions.orEmpty(datasets));
            output.document(listed);
            if (!common.json) {
                listed.repositoryId()
                        .ifPresent(id -> output.console().print("repository " + id + " in " + storage.address()));
                listed.datasets().forEach(each -> print(each, output.console()));
            }
            listed.warnings().forEach(output.console()::warn);
            listed.missing()
                    .forEach(
                            name -> output.console().warn("nothing of " + name + " is stored in " + storage.address()));
            return listed.outcome().exitCode();
        }
    }

    private static void print(DatasetResult stored, Console console) {
        if (!stored.unreadable().isEmpty()) {
            console.print(stored.dataset() + "  can't be read: " + stored.unreadable());
            return;
        }
        long bytes = stored.backups().stream().mapToLong(Backup::storedBytes).sum();
        console.print(stored.dataset() + "  (" + stored.backups().size() + " backups, " + Sizes.bytes(bytes) + ")");
        for (RestorePoint point : stored.restorePoints()) {
            String how = point.backups()
                    .map(count ->
                            Sizes.bytes(point.storedBytes()) + " from " + count + (count == 1 ? " backup" : " backups"))
                    .orElse("can't be restored: " + point.why());
            console.print("  " + point.created() + "  @" + point.select() + "  " + how
                    + (point.current() ? "" : ", of an earlier dataset of this name"));
        }
        stored.damaged().forEach(bad -> console.print("  damaged: " + bad.id() + ": " + bad.why()));
        if (!stored.damaged().isEmpty() || stored.restorePoints().stream().anyMatch(point -> !point.restorable())) {
            console.print("  "
                    + stored.newest()
                            .map(newest -> "what can be restored of it ends with " + SafeUpTo.text(newest))
                            .orElse("nothing of it can be restored"));
        }
    }
}
