package io.jenkins.plugins.zfsbackup.record;

import hudson.model.Job;
import hudson.model.Run;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import jenkins.model.Jenkins;

/**
 * What builds of this Jenkins have seen in a repository, as their archived documents tell: for a form to offer, where
 * any other name may be written as well. It looks at the last builds of jobs that the user may read, for two seconds at
 * most; what somebody else has stored, or removed since, it does not know.
 */
public final class SeenStored {

    private static final int MOST_BUILDS = 30;

    /** Last builds that tell nothing, because they ended before they began, until a job counts as none of ours. */
    private static final int MOST_SILENT = 3;

    private static final int MOST_NAMES = 1_000;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final String repository;
    private final long end = System.nanoTime() + MOST_NANOS;

    /** @param repository its address */
    public SeenStored(String repository) {
        this.repository = repository;
    }

    /** The names of datasets of which something is stored, sorted. */
    public List<String> datasets() {
        Set<String> names = new TreeSet<>();
        for (PoolRun run : runs()) {
            if (isLate() || names.size() >= MOST_NAMES) {
                break;
            }
            run.getDatasets().stream()
                    .filter(each -> !each.getNewest().isEmpty())
                    .map(DatasetView::getDataset)
                    .forEach(names::add);
        }
        return names.stream().limit(MOST_NAMES).toList();
    }

    /** The names of a dataset's stored snapshots, as a restore takes them, newest first. */
    public List<String> snapshots(String dataset) {
        Set<String> names = new LinkedHashSet<>();
        for (PoolRun run : runs()) {
            if (isLate() || names.size() >= MOST_NAMES) {
                break;
            }
            List<DatasetView> told = run.getDatasets().stream()
                    .filter(each -> each.getDataset().equals(dataset))
                    .toList();
            told.forEach(each -> names.addAll(each.restorePointNames()));
            if (run.isListing() && !told.isEmpty()) {
                // It names all that there was; what is older is in it, or has been removed.
                break;
            }
        }
        return names.stream().limit(MOST_NAMES).toList();
    }

    private boolean isLate() {
        return System.nanoTime() - end > 0;
    }

    /** The runs that tell of the repository, the last ones first. */
    private List<PoolRun> runs() {
        List<PoolRun> runs = new ArrayList<>();
        for (Job<?, ?> job : Jenkins.get().allItems(Job.class)) {
            if (isLate()) {
                break;
            }
            add(runs, job);
        }
        runs.sort(Comparator.comparing(PoolRun::getFinished).reversed());
        return runs;
    }

    private void add(List<PoolRun> runs, Job<?, ?> job) {
        Run<?, ?> build = job.getLastCompletedBuild();
        boolean ours = false;
        for (int i = 0; build != null && i < (ours ? MOST_BUILDS : MOST_SILENT) && !isLate(); i++) {
            List<PoolRun> found = ActionFactory.kept(build).stream()
                    .flatMap(action -> action.getRuns().stream())
                    .toList();
            ours |= !found.isEmpty();
            found.stream().filter(this::tells).forEach(runs::add);
            build = build.getPreviousCompletedBuild();
        }
    }

    private boolean tells(PoolRun run) {
        return switch (run.getTask()) {
            case BACKUP, VERIFY, LIST -> !run.isRunning() && run.getRepository().equals(repository);
            case RESTORE, DRY_RUN, RESTORE_DRY_RUN -> false;
        };
    }
}
