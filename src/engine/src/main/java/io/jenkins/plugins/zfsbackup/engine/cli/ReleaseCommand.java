package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.protocol.ReleaseResult;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.run.ReleaseRun;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code zfs-backup release}. */
@Command(
        name = "release",
        description = "Removes the holds and bookmarks that backups have set on a pool. If the snapshots of a dataset"
                + " are destroyed before its next backup, that backup is a full one.",
        footer = {"", "Example: zfs-backup release tank --repo sftp://backup@nas/srv/backup"})
final class ReleaseCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Parameters(paramLabel = "POOL", description = "The pool.")
    private String pool;

    @Option(
            names = "--repo",
            paramLabel = "URL",
            description = "Only the holds and bookmarks for this repository. Default: for all repositories.")
    private String repo;

    private final Environment environment;

    ReleaseCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Output output = new Output(environment, common);
        int released = new ReleaseRun(common.zfs(), output.console()).run(pool, repositoryId());
        output.document(new ReleaseResult(pool, released));
        output.console().print(pool + ": " + released + (released == 1 ? " mark" : " marks") + " let go");
        return 0;
    }

    private Optional<String> repositoryId() throws IOException {
        if (repo == null) {
            return Optional.empty();
        }
        try (Storage storage = StorageFactory.openToRead(environment, common, repo, 1)) {
            Repository repository = new Repository(storage);
            Optional<String> id = repository.identity();
            if (id.isEmpty()) {
                throw ReleaseRun.noRepository(repository, pool);
            }
            return id;
        }
    }
}
