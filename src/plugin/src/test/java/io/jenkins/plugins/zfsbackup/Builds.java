package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Run;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;

/** What tests wait for in builds. */
final class Builds {

    private Builds() {}

    /** Waits until a stream is on its way, as the build's page would show it. */
    static void untilUnderWay(Run<?, ?> build) throws InterruptedException {
        while (build.getAction(ZfsBackupAction.class) == null
                || build.getAction(ZfsBackupAction.class).getRuns().get(0).getProgress().isEmpty()) {
            assertTrue(build.isBuilding(), "it has ended before it was seen under way");
            Thread.sleep(50);
        }
    }
}
