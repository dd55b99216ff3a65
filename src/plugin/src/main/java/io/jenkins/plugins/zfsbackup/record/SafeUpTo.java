package io.jenkins.plugins.zfsbackup.record;

import hudson.model.Job;
import hudson.model.Run;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Up to when everything that a job backs up is safe, as its last build with a backup tells. A build may have backed up
 * several pools: the earliest time counts for all of them. It is found anew for each page and never stored.
 */
public final class SafeUpTo {

    /** Builds to look back for one with a backup: each has to be loaded. */
    private static final int MOST_BUILDS = 10;

    private static final int MOST_TREND = 30;

    private final Run<?, ?> build;
    private final List<PoolRun> runs;

    private SafeUpTo(Run<?, ?> build, List<PoolRun> runs) {
        this.build = build;
        this.runs = List.copyOf(runs);
    }

    /** What the job's last completed builds tell; empty if none of them has backed up anything. */
    public static Optional<SafeUpTo> of(Job<?, ?> job) {
        Run<?, ?> build = job.getLastCompletedBuild();
        for (int i = 0; build != null && i < MOST_BUILDS; i++) {
            List<PoolRun> backups = backups(build);
            if (!backups.isEmpty()) {
                return Optional.of(new SafeUpTo(build, backups));
            }
            build = build.getPreviousCompletedBuild();
        }
        return Optional.empty();
    }

    private static List<PoolRun> backups(Run<?, ?> build) {
        return ActionFactory.kept(build).stream()
                .flatMap(action -> action.getRuns().stream())
                .filter(run -> run.isBackup() && !run.isRunning())
                .toList();
    }

    /** The build that tells. */
    public Run<?, ?> getBuild() {
        return build;
    }

    /** Its backups. */
    public List<PoolRun> getRuns() {
        return runs;
    }

    /** The earliest time up to which a pool is safe; empty if nothing tells for one of them. */
    private Optional<Instant> time() {
        try {
            return runs.stream().map(run -> Instant.parse(run.getSafeUpTo())).min(Instant::compareTo);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Whether there is a time up to which all that has snapshots is safe. */
    public boolean isKnown() {
        return time().isPresent();
    }

    /** Whether the last backups left nothing behind. */
    public boolean isGood() {
        return isKnown() && getUnsafeCount() == 0 && runs.stream().allMatch(PoolRun::isGood);
    }

    /** How many datasets have snapshots and nothing that can be restored. */
    public int getUnsafeCount() {
        return runs.stream().mapToInt(PoolRun::getUnsafeCount).sum();
    }

    /** As people read it, in UTC; that it is not known, if it is not. */
    public String getText() {
        return time().map(time -> Figures.minute(time.toString()) + " UTC").orElseGet(Messages::safe_unknown);
    }

    /** How long ago that is, e.g. {@code 9 h 12 min ago}; empty if it is not known. */
    public String getAge() {
        return time().map(time -> Duration.between(time, Instant.now()).toSeconds())
                .filter(seconds -> seconds > 0)
                .map(seconds -> Messages.safe_ago(Figures.duration(seconds)))
                .orElse("");
    }

    /** What is wrong, in a few words; empty if nothing is. */
    public String getTrouble() {
        if (getUnsafeCount() > 0) {
            return Messages.unsafe(getUnsafeCount());
        }
        return isGood() ? "" : Messages.safe_lastFailed();
    }

    /** The symbol that stands beside the words. */
    public String getIcon() {
        return isGood() ? "symbol-status-blue" : isKnown() ? "symbol-status-yellow" : "symbol-status-red";
    }

    /** For sorting a column: the oldest first, unknown before all. */
    public long getSortKey() {
        return time().map(Instant::getEpochSecond).orElse(0L);
    }

    /** The job's last builds with a backup, oldest first. */
    public Trend getTrend() {
        List<Trend.Point> points = new ArrayList<>();
        Run<?, ?> each = build;
        for (int i = 0; each != null && i < MOST_TREND; i++) {
            List<PoolRun> backups = backups(each);
            if (!backups.isEmpty()) {
                points.add(new Trend.Point(each.getNumber(), backups));
            }
            each = each.getPreviousCompletedBuild();
        }
        Collections.reverse(points);
        return new Trend(points);
    }
}
