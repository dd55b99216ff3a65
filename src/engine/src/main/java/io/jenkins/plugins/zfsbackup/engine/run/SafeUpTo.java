package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.protocol.Restorable;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Up to where a dataset is safe, and how sure that is.
 *
 * @param snapshot the newest that can be restored
 * @param perhapsNewer the names of backups that can't be used, and of which nothing shows that they are older
 */
public record SafeUpTo(SnapshotId snapshot, List<String> perhapsNewer) {

    /** Names that a sentence has room for. */
    private static final int NAMED = 3;

    public SafeUpTo {
        perhapsNewer = List.copyOf(perhapsNewer);
    }

    /**
     * Looks at a dataset.
     *
     * @param listing all that is stored under its name
     * @param own what of it is the dataset's
     * @return empty if nothing can be restored
     */
    static Optional<SafeUpTo> of(Listing listing, Collection<StoredBackup> own) {
        return of(listing, new RestorePaths(own));
    }

    /**
     * As {@link #of(Listing, Collection)}.
     *
     * @param paths the ways through the dataset's backups
     */
    static Optional<SafeUpTo> of(Listing listing, RestorePaths paths) {
        return paths.newest()
                .map(newest -> new SafeUpTo(
                        newest,
                        listing.perhapsNewer(newest).stream()
                                .map(Listing.Damaged::id)
                                .toList()));
    }

    /** As documents have it. */
    public Restorable restorable() {
        Optional<Instant> created = Optional.of(snapshot.created()).filter(time -> !time.equals(Instant.EPOCH));
        return new Restorable(snapshot.name(), created, perhapsNewer);
    }

    /** For people: {@code @b, made 2019-08-06T02:00:00Z; c.from.b, which can't be used, may be newer}. */
    public String text() {
        return text(restorable());
    }

    /** As {@link #text()}. */
    public static String text(Restorable newest) {
        String made = newest.created().map(time -> ", made " + time).orElse("");
        List<String> perhapsNewer = newest.perhapsNewer();
        return "@" + newest.snapshot() + made
                + (perhapsNewer.isEmpty() ? "" : "; " + few(perhapsNewer) + ", which can't be used, may be newer");
    }

    private static String few(List<String> names) {
        String shown = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
        return names.size() <= NAMED ? shown : shown + " and " + (names.size() - NAMED) + " more";
    }
}
