package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.run.ListRun;
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

    private final Surroundings surroundings;

    ListCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws IOException {
        Output output = new Output(surroundings, common);
        try (Storage storage = Storages.openToRead(surroundings, common, repo, Storages.CONNECTIONS)) {
            ListRun.Listed listed = new ListRun(
                            Repository.readAnew(storage, surroundings.localState(output.console())),
                            surroundings.cancellation())
                    .run(CommonOptions.orEmpty(datasets));
            output.document(Documents.list(listed));
            if (!common.json) {
                listed.repositoryId()
                        .ifPresent(id -> output.console().print("repository " + id + " in " + storage.address()));
                listed.stored().forEach(each -> print(each, output.console()));
            }
            listed.warnings().forEach(output.console()::warn);
            listed.missing()
                    .forEach(
                            name -> output.console().warn("nothing of " + name + " is stored in " + storage.address()));
            return listed.outcome().exitCode();
        }
    }

    private static void print(ListRun.Stored stored, Console console) {
        if (!stored.unreadable().isEmpty()) {
            console.print(stored.dataset() + "  can't be read: " + stored.unreadable());
            return;
        }
        long bytes = StoredBackup.storedBytesOf(
                stored.backups().stream().map(ListRun.Link::backup).toList());
        console.print(stored.dataset() + "  (" + stored.backups().size() + " backups, " + Sizes.bytes(bytes) + ")");
        for (ListRun.RestorePoint point : stored.restorePoints()) {
            String how = point.way()
                    .map(way -> Sizes.bytes(way.storedBytes()) + " from " + way.backups()
                            + (way.backups() == 1 ? " backup" : " backups"))
                    .orElse("can't be restored: " + point.why());
            console.print("  " + point.snapshot().created() + "  @" + point.select() + "  " + how
                    + (point.current() ? "" : ", of an earlier dataset of this name"));
        }
        stored.damaged().forEach(bad -> console.print("  damaged: " + bad.id() + ": " + bad.why()));
        if (!stored.damaged().isEmpty()
                || stored.restorePoints().stream().anyMatch(point -> point.way().isEmpty())) {
            console.print("  "
                    + stored.safe()
                            .map(safe -> "what can be restored of it ends with " + safe.text())
                            .orElse("nothing of it can be restored"));
        }
    }
}
