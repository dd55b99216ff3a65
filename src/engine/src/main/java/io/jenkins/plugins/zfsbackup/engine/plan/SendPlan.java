package io.jenkins.plugins.zfsbackup.engine.plan;

import java.util.List;

/**
 * What to send of one dataset.
 *
 * @param steps in the order in which they must be published
 * @param notes what a person should know about it: sentences without the dataset's name
 */
public record SendPlan(List<SendStep> steps, List<String> notes) {

    public SendPlan {
        steps = List.copyOf(steps);
        notes = List.copyOf(notes);
    }
}
