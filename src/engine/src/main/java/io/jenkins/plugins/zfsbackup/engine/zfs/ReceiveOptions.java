package io.jenkins.plugins.zfsbackup.engine.zfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How {@code zfs receive} treats its target, see zfs-receive(8).
 *
 * @param unmounted whether the dataset stays unmounted ({@code -u})
 * @param rollback whether the target may be rolled back to its newest snapshot first ({@code -F}): destroys what was
 *     written since, so only when a person said so
 * @param origin the full name of the snapshot that the target becomes a clone of
 * @param properties properties to set instead of those in the stream
 */
public record ReceiveOptions(boolean unmounted, boolean rollback, Optional<String> origin, Map<String, String> properties) {

    /** Copies the map. */
    public ReceiveOptions {
        properties = Map.copyOf(properties);
    }

    /** Into a dataset that stays unmounted, with nothing overwritten: what a restore does unless told otherwise. */
    public static ReceiveOptions gentle() {
        return new ReceiveOptions(true, false, Optional.empty(), Map.of());
    }

    /** The same, with the target rolled back first. */
    public ReceiveOptions withRollback() {
        return new ReceiveOptions(unmounted, true, origin, properties);
    }

    /** The same, with the target made a clone of a snapshot. */
    public ReceiveOptions withOrigin(String snapshot) {
        return new ReceiveOptions(unmounted, rollback, Optional.of(snapshot), properties);
    }

    /** The same, with these properties and no others set. */
    public ReceiveOptions withProperties(Map<String, String> values) {
        return new ReceiveOptions(unmounted, rollback, origin, values);
    }

    /** Whether {@code -o} is needed, which old tools lack. */
    boolean setsProperties() {
        return origin.isPresent() || !properties.isEmpty();
    }

    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (unmounted) {
            arguments.add("-u");
        }
        if (rollback) {
            arguments.add("-F");
        }
        origin.ifPresent(snapshot -> arguments.addAll(List.of("-o", "origin=" + snapshot)));
        new TreeMap<>(properties).forEach((name, value) -> arguments.addAll(List.of("-o", name + "=" + value)));
        return arguments;
    }
}
