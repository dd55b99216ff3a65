package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.KeepRules;
import io.jenkins.plugins.zfsbackup.engine.plan.Policies;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.Restorable;
import io.jenkins.plugins.zfsbackup.engine.run.BackupRequest;
import io.jenkins.plugins.zfsbackup.engine.run.BackupRun;
import io.jenkins.plugins.zfsbackup.engine.run.DatasetFilter;
import io.jenkins.plugins.zfsbackup.engine.run.Protection;
import io.jenkins.plugins.zfsbackup.engine.run.SafeUpTo;
import io.jenkins.plugins.zfsbackup.engine.run.Sizes;
import io.jenkins.plugins.zfsbackup.engine.run.StreamSettings;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import io.jenkins.plugins.zfsbackup.engine.stream.Workers;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code zfs-backup backup}. */
@Command(
        name = "backup",
        description = "Sends the snapshots of a pool that are not stored yet to a repository.",
        footer = {
            "",
            "Example: zfs-backup backup tank --repo sftp://backup@nas/srv/backup --recipient admin.asc"
                    + " --sign-with signing.asc --exclude scratch"
        })
final class BackupCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Mixin
    private TransferOptions transfer;

    @Parameters(paramLabel = "POOL", description = "The pool to back up.")
    private String pool;

    @Option(
            names = "--repo",
            paramLabel = "URL",
            required = true,
            description = "The repository: sftp://user@host/path, sftp://user@host/~/path or file:///path.")
    private String repo;

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            split = ",",
            description = "Back up only datasets whose name below the pool matches, and all datasets below them, e.g."
                    + " 'elabfs-*'. With a slash at the end, without the datasets below: 'elabfs-*/'. '.' is the"
                    + " root dataset of the pool. A pattern that matches nothing fails the run.")
    private List<String> include;

    @Option(
            names = "--exclude",
            paramLabel = "GLOB",
            split = ",",
            description = "Do not back up datasets that match, nor datasets below them. Patterns as for --include.")
    private List<String> exclude;

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            defaultValue = "forever",
            description = "Decides what is sent: forever (default: one full backup, then an incremental one for each"
                    + " snapshot), monthly, levels:month/week/day or full-every:30d; see docs/policies.md.")
    private String policy;

    @Option(
            names = "--month-by",
            paramLabel = "created|name",
            defaultValue = "created",
            description =
                    "For the policy monthly: take the month of a snapshot from its creation (UTC) or from its name.")
    private MonthBy monthBy;

    @Option(
            names = "--packed",
            description = "Send the newest snapshot and all snapshots since the last backup as one package.")
    private boolean packed;

    @Option(
            names = "--snapshot",
            paramLabel = "PATTERN",
            description =
                    "First take a snapshot of all chosen datasets, e.g. daily-%%Y-%%m-%%d (UTC), unless it exists.")
    private String snapshot;

    @Option(
            names = "--keep-snapshots",
            paramLabel = "RULES",
            description = "After the backup, destroy the snapshots that --snapshot took with this pattern and that no"
                    + " rule keeps: last=N, hourly=N, daily=N, weekly=N, monthly=N, yearly=N, within=30d,"
                    + " separated by commas. Snapshots with a hold, snapshots that are not stored, and those that a"
                    + " later backup starts from are never destroyed.")
    private String keepSnapshots;

    @Option(
            names = "--layout",
            paramLabel = "NAME",
            defaultValue = "native",
            description =
                    "The layout of the files: native (default), or flat-gpg or member-gzip, see docs/migration.md.")
    private String layout;

    @Option(
            names = "--recipient",
            paramLabel = "KEYFILE",
            split = ",",
            description = "Encrypt to this public key. Can be repeated.")
    private List<String> recipients;

    @Option(names = "--no-encryption", description = "Store without encryption.")
    private boolean noEncryption;

    @Option(names = "--sign-with", paramLabel = "KEYFILE", description = "Sign with this secret key.")
    private String signWith;

    @Option(
            names = "--verify-with",
            paramLabel = "KEYFILE",
            split = ",",
            description =
                    "A public key whose signatures are accepted besides those of the signing key. The run builds on"
                            + " a backup, or destroys a snapshot because of it, only if one of them has signed it. Can"
                            + " be repeated.")
    private List<String> verifyWith;

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "The first line is the passphrase of the signing key.")
    private String passphraseFile;

    @Option(
            names = "--compression",
            paramLabel = "METHOD[:LEVEL]",
            description = "zstd (default), gzip or none, e.g. zstd:9.")
    private String compression;

    @Option(
            names = "--limit",
            paramLabel = "RATE",
            converter = QuantityConverter.class,
            defaultValue = "0",
            description = "The maximum number of bytes per second, e.g. 20M.")
    private long limit;

    @Option(names = "--dry-run", description = "Report what would be sent, but send nothing.")
    private boolean dryRun;

    private final Environment environment;

    /** Where a snapshot's month is read. */
    enum MonthBy {
        CREATED,
        NAME
    }

    BackupCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Output output = new Output(environment, common);
        Archives archives = Archives.parse(layout, pool);
        BackupRequest request = new BackupRequest(
                pool,
                new DatasetFilter(CommonOptions.orEmpty(include), CommonOptions.orEmpty(exclude)),
                Policies.parse(policy, packed, monthBy == MonthBy.NAME),
                Optional.ofNullable(snapshot),
                keepRules(),
                Keys.signedBy(environment, signWith, CommonOptions.orEmpty(verifyWith)),
                dryRun);
        Protection protection = Keys.protection(
                environment, CommonOptions.orEmpty(recipients), noEncryption, signWith, passphraseFile, pool, archives);
        Compression chosen = compression(archives, output);
        try (Storage storage = StorageFactory.open(environment, common, repo, transfer.connections, limit);
                Workers workers = transfer.workers(output.console())) {
            StreamSettings streams = new StreamSettings(workers, chosen, protection);
            BackupResult result = new BackupRun(
                            common.zfs(),
                            archives.archive(
                                    storage, environment.localState(output.console()), streams, environment.clock()),
                            environment.control(output.console()),
                            environment.clock())
                    .run(request);
            report(result, output);
            return result.outcome().exitCode();
        }
    }

    private Optional<KeepRules> keepRules() throws UsageException {
        if (keepSnapshots == null) {
            return Optional.empty();
        }
        if (snapshot == null) {
            throw new UsageException(
                    "backing up " + pool, Wording.KEEP_WITHOUT_PATTERN.text(), Wording.GIVE_PATTERN.text());
        }
        return Optional.of(KeepRules.parse(keepSnapshots));
    }

    private Compression compression(Archives archives, Output output) throws UsageException {
        Compression chosen = archives.compression(Optional.ofNullable(compression), pool);
        if (chosen.method() == Compression.Method.ZSTD && !VolumeFormat.zstdAvailable()) {
            output.console().warn("this platform has no zstd library: the volumes are compressed with gzip");
            return new Compression(Compression.Method.GZIP, Compression.Method.GZIP.defaultLevel());
        }
        return chosen;
    }

    private void report(BackupResult result, Output output) throws IOException {
        output.document(result);
        Console console = output.console();
        if (dryRun) {
            foretell(result, console);
        }
        for (DatasetResult each : result.datasets()) {
            switch (each.outcome()) {
                case SKIPPED -> console.info(each.dataset() + ": skipped: " + each.message());
                case UP_TO_DATE -> {
                    if (common.verbose) {
                        console.info(each.dataset() + ": up to date");
                    }
                }
                default -> {}
            }
        }
        tellFailed(result, console);
        if (!result.message().isEmpty()) {
            console.warn(result.message());
        }
        console.print(summary(result));
    }

    /** What failed stands together at the end, where a reader of the log looks first. */
    private static void tellFailed(BackupResult result, Console console) {
        List<DatasetResult> failed = result.datasets().stream()
                .filter(each -> each.outcome() == Outcome.FAILED || each.outcome() == Outcome.UNREACHABLE)
                .toList();
        if (!failed.isEmpty()) {
            console.print("failed: " + failed.size() + " of "
                    + result.datasets().size() + (result.datasets().size() == 1 ? " dataset" : " datasets"));
        }
        for (DatasetResult each : failed) {
            console.print("  " + each.dataset() + ": " + each.message());
            console.print("    " + each.newest().map(BackupCommand::safeUpTo).orElse("nothing of it can be restored"));
        }
    }

    private static String safeUpTo(Restorable newest) {
        return "what can be restored of it ends with " + SafeUpTo.text(newest);
    }

    private static void foretell(BackupResult result, Console console) {
        for (DatasetResult each : result.datasets()) {
            each.backups()
                    .forEach(backup -> console.print(each.dataset() + ": would store @" + backup.snapshot() + ", "
                            + backup.kind().text()
                            + backup.base().map(base -> " from @" + base).orElse("")
                            + (backup.rawBytes() > 0 ? ", about " + Sizes.bytes(backup.rawBytes()) : "")));
            each.destroyed().forEach(name -> console.print(each.dataset() + ": would destroy @" + name));
            each.warnings().forEach(warning -> console.warn(each.dataset() + ": " + warning));
        }
    }

    private String summary(BackupResult result) {
        long backups = result.datasets().stream()
                .mapToLong(each -> each.backups().size())
                .sum();
        long raw = result.datasets().stream()
                .flatMap(each -> each.backups().stream())
                .mapToLong(BackupResult.Backup::rawBytes)
                .sum();
        long stored = result.datasets().stream()
                .flatMap(each -> each.backups().stream())
                .mapToLong(BackupResult.Backup::storedBytes)
                .sum();
        long current = count(result, Outcome.UP_TO_DATE);
        long skipped = count(result, Outcome.SKIPPED);
        long failed = count(result, Outcome.FAILED) + count(result, Outcome.UNREACHABLE);
        double seconds =
                java.time.Duration.between(result.started(), result.finished()).toMillis() / 1000.0;
        return result.pool() + ": " + backups + (dryRun ? " backups to make" : backups == 1 ? " backup" : " backups")
                + (backups > 0 && !dryRun ? ", " + Sizes.bytes(raw) + " stored as " + Sizes.bytes(stored) : "")
                + ", " + current + " datasets up to date, " + skipped + " skipped, " + failed + " failed, "
                + Sizes.seconds(seconds);
    }

    private static long count(BackupResult result, Outcome outcome) {
        return result.datasets().stream()
                .filter(each -> each.outcome() == outcome)
                .count();
    }
}
