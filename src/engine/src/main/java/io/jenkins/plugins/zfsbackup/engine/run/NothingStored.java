package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The failure of whoever looks for backups where there are none: it says what was found there instead. To find nothing
 * is never success, as it is what a typo, a disk that is not mounted and a lost repository look like.
 */
final class NothingStored {

    /** Names that a sentence has room for. */
    private static final int NAMES = 5;

    private NothingStored() {}

    /**
     * In the whole repository.
     *
     * @param doing what was being done, e.g. {@code verifying}
     */
    static RepositoryException in(Repository repository, String doing) throws BackupException {
        Optional<List<StoredFile>> entries = repository.storage().list("");
        String what;
        if (entries.isEmpty()) {
            what = "there is no such folder";
        } else if (repository.identity().isPresent()) {
            what = "it is a repository in which nothing is stored yet";
        } else if (entries.get().isEmpty()) {
            what = "the folder is empty";
        } else {
            what = "there is no backup in the folder, only "
                    + few(entries.get().stream().map(StoredFile::name).sorted().toList());
        }
        List<String> before =
                new ArrayList<>(LostState.exchanged(repository).stream().toList());
        before.addAll(LostState.gone(repository, List.of(), List.of()));
        return failure(
                doing + " in " + repository.address(),
                what,
                "Look whether the address is right, and whether the disk is mounted there."
                        + before.stream()
                                .limit(NAMES)
                                .map(each -> " Note: " + each)
                                .collect(Collectors.joining()));
    }

    /**
     * Of some datasets.
     *
     * @param datasets those that were asked for
     */
    static RepositoryException of(Repository repository, List<String> datasets, String doing) throws BackupException {
        List<String> stored = repository.datasets();
        if (stored.isEmpty()) {
            return in(repository, doing);
        }
        return failure(
                doing,
                "nothing of " + few(datasets) + " is stored in " + repository.address() + "; there is something of "
                        + few(stored),
                LostState.gone(repository, datasets, stored).stream()
                                .limit(NAMES)
                                .map(each -> "Note: " + each + " ")
                                .collect(Collectors.joining())
                        + "Give a dataset's full name. " + Wording.LIST_ALL.text(repository.address()));
    }

    private static String few(List<String> names) {
        List<String> shown = new ArrayList<>(names.subList(0, Math.min(NAMES, names.size())));
        int more = names.size() - shown.size();
        return String.join(", ", shown) + (more > 0 ? " and " + more + " more" : "");
    }

    private static RepositoryException failure(String doing, String said, String next) {
        return new RepositoryException(RepositoryException.Kind.MISSING, doing, said, next);
    }
}
