package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import java.util.List;
import java.util.Map;

/**
 * All that belongs to one stream that is stored.
 *
 * @param dataset whose it is
 * @param named what it is, and what it is called
 * @param sendFlags the options that {@code zfs send} is run with
 * @param origin what it comes from
 */
public record StreamContext(Dataset dataset, NamedStep named, List<String> sendFlags, Origin origin) {

    /**
     * What all streams of a run come from.
     *
     * @param repositoryId the identity of the repository that they go to
     * @param run identifies the run
     * @param software versions of engine, zfs and pool, by name
     */
    public record Origin(String repositoryId, String run, Map<String, String> software) {}

    /** What is sent. */
    public SendStep step() {
        return named.step();
    }

    /** Names the stream in messages. */
    public String label() {
        return "storing " + dataset.name() + "@" + step().snapshot().name();
    }
}
