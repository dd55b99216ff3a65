package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The ways through a dataset's backups that really can be gone: a backup that somebody wants to rely on is looked at
 * first, and one that is found unsound counts no more, so that the next way is taken.
 *
 * <p>As long as all is well, only the backups on the wanted ways are looked at. When one of them is unsound, all the
 * others are looked at too: so the number of tries does not grow with the number of unsound ones.
 */
final class SoundWays {

    private final Look look;
    private final Cancellation cancellation;
    private final String doing;
    private final Set<String> sound = new HashSet<>();
    private final Map<String, BackupProblem> unsound = new LinkedHashMap<>();
    private List<StoredBackup> backups;
    private RestorePaths paths;

    /** Looks at backups. */
    @FunctionalInterface
    interface Look {
        /** What is wrong with some of the backups, by their ids; the others are sound. */
        Map<String, BackupProblem> at(Collection<StoredBackup> backups) throws IOException;
    }

    /**
     * @param backups what is stored of one dataset
     * @param cancellation ends the search
     * @param doing what it is done for, for the message if it is ended
     */
    SoundWays(Collection<StoredBackup> backups, Look look, Cancellation cancellation, String doing) throws IOException {
        this.look = look;
        this.cancellation = cancellation;
        this.doing = doing;
        use(List.copyOf(backups));
    }

    private void use(List<StoredBackup> left) throws IOException {
        backups = left;
        paths = RestorePaths.of(left, () -> cancellation.check(doing));
    }

    /** What the ways are needed for, for messages. */
    String doing() {
        return doing;
    }

    /** The ways through all backups that were not found unsound. */
    RestorePaths paths() {
        return paths;
    }

    /** The backups that were not found unsound. */
    List<StoredBackup> backups() {
        return backups;
    }

    /**
     * Those that were found unsound, by their ids, with the reasons; first what stands in the way of what was asked
     * for.
     */
    Map<String, BackupProblem> unsound() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(unsound));
    }

    /** Says that a backup can't be used. */
    void drop(String id, BackupProblem problem) throws IOException {
        drop(Map.of(id, problem));
    }

    private void drop(Map<String, BackupProblem> problems) throws IOException {
        unsound.putAll(problems);
        use(backups.stream().filter(backup -> !unsound.containsKey(backup.id())).toList());
    }

    /** The cheapest sound chain to a snapshot from nothing; empty if there is none. */
    Optional<List<StoredBackup>> chain(long guid) throws IOException {
        return sound(ways -> ways.chain(guid));
    }

    /** The cheapest sound chain to a snapshot onto a target's newest one; empty if there is none. */
    Optional<List<StoredBackup>> chainOnto(long guid, long newestOnTarget) throws IOException {
        return sound(ways -> ways.chainOnto(guid, newestOnTarget));
    }

    private Optional<List<StoredBackup>> sound(Function<RestorePaths, Optional<List<StoredBackup>>> way)
            throws IOException {
        Optional<List<StoredBackup>> found = way.apply(paths);
        while (found.isPresent() && !areSound(found.get())) {
            found = way.apply(paths);
        }
        return found;
    }

    /** Looks at all that the cheapest ways to some snapshots need, until all that is left of it is sound. */
    void require(Collection<Long> guids) throws IOException {
        while (!areSound(paths.links(guids))) {
            cancellation.check(doing);
        }
    }

    /** The newest snapshot that a sound chain leads to. */
    Optional<SnapshotId> newest() throws IOException {
        Optional<SnapshotId> newest = paths.newest();
        while (newest.isPresent() && !areSound(paths.links(List.of(newest.get().guid())))) {
            newest = paths.newest();
        }
        return newest;
    }

    /** Whether all of them are sound; if not, the ways are others now. */
    private boolean areSound(Collection<StoredBackup> wanted) throws IOException {
        Map<String, BackupProblem> found = look(wanted);
        if (found.isEmpty()) {
            return true;
        }
        unsound.putAll(found);
        unsound.putAll(look(backups));
        drop(Map.of());
        return false;
    }

    private Map<String, BackupProblem> look(Collection<StoredBackup> wanted) throws IOException {
        List<StoredBackup> unknown = wanted.stream()
                .filter(backup -> !sound.contains(backup.id()) && !unsound.containsKey(backup.id()))
                .toList();
        Map<String, BackupProblem> found = unknown.isEmpty() ? Map.of() : look.at(unknown);
        unknown.stream()
                .map(StoredBackup::id)
                .filter(id -> !found.containsKey(id))
                .forEach(sound::add);
        return found;
    }
}
