package io.jenkins.plugins.zfsbackup.record;

import hudson.Extension;
import hudson.model.Action;
import hudson.model.Run;
import java.io.File;
import java.lang.ref.SoftReference;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import jenkins.model.TransientActionFactory;

/**
 * Gives a page to builds that have none of their own: to one whose damaged {@code build.xml} has lost it, of what is
 * archived; and to one that will get it in a moment, in a job whose last build had one.
 */
@Extension
@SuppressWarnings("rawtypes") // a factory is for a class
public final class ActionFactory extends TransientActionFactory<Run> {

    /** Looked for once in each build that is in memory; soft, as what was found holds its build. */
    private final Map<Run<?, ?>, SoftReference<Optional<ZfsBackupAction>>> looked = new WeakHashMap<>();

    @Override
    public Class<Run> type() {
        return Run.class;
    }

    @Override
    public Class<ZfsBackupAction> actionType() {
        return ZfsBackupAction.class;
    }

    @Override
    public Collection<? extends Action> createFor(Run target) {
        Run<?, ?> build = target;
        if (kept(build).isPresent()) {
            return List.of();
        }
        Optional<ZfsBackupAction> action =
                build.isBuilding() && !FoundDocuments.isDamaged(build) ? coming(build) : lost(build);
        return action.stream().toList();
    }

    /** The action that is kept with a build. */
    @SuppressWarnings("deprecation") // the others would ask this factory
    static Optional<ZfsBackupAction> kept(Run<?, ?> build) {
        return build.getActions().stream()
                .filter(ZfsBackupAction.class::isInstance)
                .map(ZfsBackupAction.class::cast)
                .findFirst();
    }

    private static Optional<ZfsBackupAction> coming(Run<?, ?> build) {
        Run<?, ?> last = build.getParent().getLastCompletedBuild();
        return last != null && kept(last).isPresent()
                ? Optional.of(ZfsBackupAction.withoutRecord(build))
                : Optional.empty();
    }

    private Optional<ZfsBackupAction> lost(Run<?, ?> build) {
        synchronized (looked) {
            SoftReference<Optional<ZfsBackupAction>> before = looked.get(build);
            Optional<ZfsBackupAction> known = before == null ? null : before.get();
            if (known != null) {
                return known;
            }
        }
        Optional<ZfsBackupAction> found = look(build);
        synchronized (looked) {
            looked.put(build, new SoftReference<>(found));
        }
        return found;
    }

    private static Optional<ZfsBackupAction> look(Run<?, ?> build) {
        // Where Jenkins keeps artifacts itself; with any other store one look would be a request to a server.
        if (!new File(new File(build.getRootDir(), "archive"), FoundDocuments.FOLDER).isDirectory()) {
            return Optional.empty();
        }
        ZfsBackupAction action = ZfsBackupAction.withoutRecord(build);
        return action.getRuns().isEmpty() ? Optional.empty() : Optional.of(action);
    }
}
