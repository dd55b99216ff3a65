package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.protocol.DoctorResult.Check;
import io.jenkins.plugins.zfsbackup.engine.protocol.DoctorResult.Grade;
import io.jenkins.plugins.zfsbackup.engine.repository.DatasetTree;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.Upload;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import io.jenkins.plugins.zfsbackup.engine.zfs.Capabilities;
import io.jenkins.plugins.zfsbackup.engine.zfs.SendFlag;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks whether all is there that a backup needs, and says what mends what is missing. */
public final class DoctorRun {

    /** Opens the repository, so that the failure to open it is a finding and not the end. */
    @FunctionalInterface
    public interface Opening {
        /** The opened repository. */
        Repository open() throws IOException;
    }

    /** Datasets that have lost something, of which there is room to tell. */
    private static final int MOST_LOST = 10;

    private final Zfs zfs;
    private final List<Check> checks = new ArrayList<>();

    /** @param zfs the pool's side */
    public DoctorRun(Zfs zfs) {
        this.zfs = zfs;
    }

    /**
     * Makes all checks.
     *
     * @param keys says what the keys are good for, or throws what is wrong with them
     */
    public List<Check> run(String pool, DatasetFilter filter, Opening opening, KeyCheck keys) {
        Optional<Set<String>> present = check("pool", () -> pool(pool, filter));
        check("keys", keys::describe);
        check(
                "zstd",
                () -> VolumeFormat.zstdAvailable()
                        ? ok("it can be used to compress")
                        : note("it can't be used on this platform: backups are compressed with gzip, which is"
                                + " slower and makes them larger"));
        Optional<Repository> repository = check("repository", () -> repository(opening));
        repository.ifPresent(open ->
                check("storage", () -> ok(String.join("; ", open.storage().capabilities()))));
        repository.ifPresent(open -> check("marks", () -> marks(pool, open)));
        repository.ifPresent(open -> check("history", () -> history(pool, filter, open)));
        if (repository.isPresent() && present.isPresent()) {
            check("leftovers", () -> leftovers(pool, present.get(), repository.get()));
        }
        return List.copyOf(checks);
    }

    /** Says what the keys are good for. */
    @FunctionalInterface
    public interface KeyCheck {
        /** One finding; throws what is wrong. */
        Finding<Void> describe() throws IOException;
    }

    /**
     * What a check found.
     *
     * @param grade how it ended
     * @param said what was found
     * @param value what later checks need
     */
    public record Finding<T>(Grade grade, String said, Optional<T> value) {}

    private interface Look<T> {
        Finding<T> look() throws IOException;
    }

    private <T> Optional<T> check(String name, Look<T> look) {
        try {
            Finding<T> finding = look.look();
            checks.add(new Check(name, finding.grade(), finding.said(), ""));
            return finding.value();
        } catch (IOException | RuntimeException | Error e) {
            BackupException failure = UnexpectedException.of("looking at it", e);
            checks.add(new Check(name, Grade.BAD, failure.doing() + ": " + failure.said(), failure.next()));
        }
        return Optional.empty();
    }

    /** A check that found all as it should be. */
    public static <T> Finding<T> ok(String said) {
        return new Finding<>(Grade.OK, said, Optional.empty());
    }

    /** A check that found something that somebody should know. */
    public static <T> Finding<T> note(String said) {
        return new Finding<>(Grade.NOTE, said, Optional.empty());
    }

    private Finding<Set<String>> pool(String pool, DatasetFilter filter) throws BackupException {
        List<Dataset> all = zfs.inventory(pool);
        List<Dataset> datasets = DatasetChoice.of(filter, all).chosen();
        long without =
                datasets.stream().filter(each -> each.snapshots().isEmpty()).count();
        int snapshots =
                datasets.stream().mapToInt(each -> each.snapshots().size()).sum();
        Capabilities can = zfs.capabilities(pool);
        List<String> lacks = new ArrayList<>();
        if (!can.bookmarks()) {
            lacks.add("bookmarks (a hold keeps the newest stored snapshot instead, which can't be destroyed as long)");
        }
        if (!can.estimates()) {
            lacks.add("estimates of sizes (no time left is told)");
        }
        if (!can.sendFlags().contains(SendFlag.RAW)) {
            lacks.add("raw sends (what the pool encrypts is decrypted to be sent, and encrypted for the recipients)");
        }
        String said = datasets.size() + " of " + all.size() + " datasets chosen, " + counted(snapshots, "snapshot")
                + (without > 0 ? ", " + counted(without, "dataset") + " without any" : "") + "; " + can.zfsVersion()
                + ", pool version "
                + can.poolVersion() + (lacks.isEmpty() ? "" : "; goes without " + String.join(", ", lacks));
        return new Finding<>(
                datasets.isEmpty() || without == datasets.size() ? Grade.NOTE : Grade.OK,
                said,
                Optional.of(all.stream().map(each -> each.name().value()).collect(Collectors.toSet())));
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    /** Whether something lies in the repository that no run will ever touch again, or that can't be read. */
    private Finding<Void> leftovers(String pool, Set<String> present, Repository repository) throws BackupException {
        DatasetTree tree = repository.tree();
        List<Check> found = new ArrayList<>();
        for (AbandonedUploads.Upload upload : new AbandonedUploads(repository, pool).find(tree, present)) {
            found.add(new Check("leftovers", Grade.NOTE, upload.said(), upload.mend()));
        }
        tree.unreadable()
                .forEach((place, why) ->
                        found.add(new Check("leftovers", Grade.NOTE, place + " can't be read: " + why, "")));
        checks.addAll(found);
        return found.isEmpty()
                ? ok("nothing unfinished of datasets that have left the pool, and nothing that can't be read")
                : note(found.size() + (found.size() == 1 ? " place" : " places")
                        + " in the repository for a person to look at, see above");
    }

    private Finding<Repository> repository(Opening opening) throws IOException {
        Repository repository = opening.open();
        Optional<String> identity = repository.identity();
        String probe = ".zfs-backup-doctor-" + Long.toHexString(System.nanoTime());
        Storage storage = repository.storage();
        boolean missing = storage.list("").isEmpty();
        if (missing) {
            storage.makeDirectories("");
        }
        String said;
        try {
            try (Upload upload = storage.write(probe)) {
                upload.write(new byte[] {1});
                upload.finish();
            } finally {
                storage.deleteFile(probe);
            }
            OptionalLong free = storage.free();
            said = repository.address() + " can be written to, "
                    + (free.isPresent() ? Sizes.bytes(free.getAsLong()) + " free" : "free space not known")
                    + identity.map(id -> ", repository " + id)
                            .orElse(", nothing stored yet (if there should be something, look at the address"
                                    + " and whether the disk"
                                    + " is mounted there)");
        } finally {
            // Who only asks leaves nothing behind.
            if (missing) {
                storage.deleteDirectory("");
            }
        }
        Optional<String> doubt = repository.doubt();
        return new Finding<>(
                identity.isPresent() && doubt.isEmpty() ? Grade.OK : Grade.NOTE,
                doubt.map(each -> each + " ").orElse("") + said,
                Optional.of(repository));
    }

    /** Whether the repository still has what was stored there. */
    private Finding<Void> history(String pool, DatasetFilter filter, Repository repository) throws BackupException {
        List<Dataset> datasets = DatasetChoice.of(filter, zfs.inventory(pool)).chosen();
        List<String> lost =
                new ArrayList<>(LostState.exchanged(repository).stream().toList());
        for (Dataset dataset : datasets) {
            LostState.of(repository, dataset, repository.listing(dataset.name().value()))
                    .ifPresent(state -> lost.add(dataset.name() + ": " + state.elsewhere()));
        }
        if (!lost.isEmpty()) {
            int more = Math.max(0, lost.size() - MOST_LOST);
            throw new IntegrityException(
                    "comparing the repository with what was stored in it",
                    String.join(" ", lost.subList(0, lost.size() - more)) + (more > 0 ? " And " + more + " more." : ""),
                    "Keep the snapshots on the pool until it is known why.");
        }
        return LostState.marksOfOthers(repository, repository.identity(), datasets)
                .map(DoctorRun::<Void>note)
                .orElseGet(() ->
                        ok("nothing that was stored is missing, as far as this machine and the pool's marks know"));
    }

    private Finding<Void> marks(String pool, Repository repository) throws BackupException {
        Optional<String> identity = repository.identity();
        if (identity.isEmpty()) {
            return ok("none on the pool yet: the holds and bookmarks that backups set to go on from");
        }
        ReleaseRun.Found found = new ReleaseRun(zfs, new SilentListener()).find(pool, identity);
        List<String> said = new ArrayList<>(found.bookmarks());
        found.holds().forEach(hold -> said.add(hold.snapshot() + " held"));
        found.unlisted().forEach(snapshot -> said.add(snapshot + " held by somebody"));
        return ok(
                said.isEmpty()
                        ? "none on the pool: the holds and bookmarks that backups set to go on from"
                        : "backups go on from these holds and bookmarks: " + String.join(", ", said));
    }
}
