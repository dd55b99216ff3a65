package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Bookmark;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.zfs.Hold;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds and lets go of the holds and bookmarks that this engine has set on a pool. */
public final class ReleaseRun {

    private final Zfs zfs;
    private final RunListener listener;

    /** @param listener hears of each mark that was let go */
    public ReleaseRun(Zfs zfs, RunListener listener) {
        this.zfs = zfs;
        this.listener = listener;
    }

    /**
     * The marks on a pool.
     *
     * @param bookmarks full names
     * @param holds snapshot and tag
     * @param unlisted snapshots with a hold whose tag these tools can't tell
     */
    public record Found(List<String> bookmarks, List<Hold> holds, List<String> unlisted) {}

    /** What to say of a place that should tell whose marks to release, and is no repository. */
    public static RepositoryException noRepository(Repository repository, String pool) throws BackupException {
        return NothingStored.in(repository, "releasing the marks on " + pool + " of what is stored");
    }

    /** Looks for the marks of one repository, or of all of them. */
    public Found find(String pool, Optional<String> repositoryId) throws BackupException {
        String prefix = BaseMarks.PREFIX + repositoryId.orElse("");
        List<String> bookmarks = new ArrayList<>();
        List<String> held = new ArrayList<>();
        for (Dataset dataset : zfs.inventory(pool)) {
            for (Bookmark bookmark : dataset.bookmarks()) {
                if (bookmark.name().startsWith(prefix)) {
                    bookmarks.add(bookmark.fullName());
                }
            }
            for (Snapshot snapshot : dataset.snapshots()) {
                if (snapshot.held()) {
                    held.add(snapshot.fullName());
                }
            }
        }
        boolean listed = zfs.capabilities(pool).holdsListed();
        List<Hold> holds = listed && !held.isEmpty()
                ? zfs.holds(held).stream()
                        .filter(hold -> hold.tag().startsWith(prefix))
                        .toList()
                : List.of();
        return new Found(bookmarks, holds, listed ? List.of() : held);
    }

    /**
     * Lets go of the marks.
     *
     * @param repositoryId whose; empty for those of all repositories
     * @return how many were let go
     * @throws UsageException if there are holds whose tags can't be listed and no repository tells the tag
     */
    public int run(String pool, Optional<String> repositoryId) throws BackupException {
        Found found = find(pool, repositoryId);
        int released = 0;
        for (String bookmark : found.bookmarks()) {
            zfs.destroyBookmark(bookmark);
            listener.info("destroyed the bookmark " + bookmark);
            released++;
        }
        for (Hold hold : found.holds()) {
            zfs.release(hold.tag(), hold.snapshot());
            listener.info("released " + hold.snapshot() + " from " + hold.tag());
            released++;
        }
        if (!found.unlisted().isEmpty()) {
            released += releaseUnlisted(pool, found.unlisted(), repositoryId);
        }
        return released;
    }

    private int releaseUnlisted(String pool, List<String> held, Optional<String> repositoryId) throws BackupException {
        if (repositoryId.isEmpty()) {
            throw new UsageException(
                    "releasing the holds on " + pool,
                    "this zfs can't list the tags of the holds on " + held.size() + " snapshots",
                    "Name the repository with --repo, which tells the tag.");
        }
        for (String snapshot : held) {
            zfs.release(BaseMarks.PREFIX + repositoryId.get(), snapshot);
        }
        long left = zfs.inventory(pool).stream()
                .flatMap(dataset -> dataset.snapshots().stream())
                .filter(Snapshot::held)
                .count();
        listener.info("released " + (held.size() - left) + " snapshots of " + pool + " from " + BaseMarks.PREFIX
                + repositoryId.get());
        return (int) (held.size() - left);
    }
}
