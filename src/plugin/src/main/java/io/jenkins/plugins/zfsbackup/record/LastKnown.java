package io.jenkins.plugins.zfsbackup.record;

import hudson.model.Run;
import java.util.Optional;

/**
 * What an earlier build of the job says of how far a pool is safe: wanted where a run came to nothing, and could not
 * look itself.
 */
final class LastKnown {

    /** Builds to look back: each has to be loaded. */
    private static final int MOST_BUILDS = 100;

    private LastKnown() {}

    /** Notes it in a run that does not say itself; the run stays as it is if no earlier build says anything. */
    static void note(Run<?, ?> build, PoolRun run) {
        Run<?, ?> earlier = build.getPreviousBuild();
        for (int i = 0; earlier != null && i < MOST_BUILDS; i++) {
            Optional<PoolRun> known = in(earlier, run.getSubject(), run.getRepository());
            if (known.isPresent()) {
                run.knownFrom(known.get(), earlier.getNumber());
                return;
            }
            earlier = earlier.getPreviousBuild();
        }
    }

    /** The last run of a build that looked how far a pool is safe in a repository. */
    static Optional<PoolRun> in(Run<?, ?> build, String pool, String repository) {
        ZfsBackupAction action = build.getAction(ZfsBackupAction.class);
        return action == null
                ? Optional.empty()
                : action.getRuns().stream()
                        .filter(each -> each.isBackup() && each.getKnownFrom() == 0 && each.getDatasetCount() > 0)
                        .filter(each -> each.getSubject().equals(pool)
                                && each.getRepository().equals(repository))
                        .reduce((first, second) -> second);
    }
}
