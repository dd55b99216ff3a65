package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.protocol.PolicyName;
import java.time.Duration;
import java.util.Locale;

/** Policies by their names. */
public final class Policies {

    private Policies() {}

    /**
     * The policy of a name: {@code forever}, {@code monthly}, {@code levels:month/week/day}, {@code full-every:30d}.
     *
     * @param packed whether the snapshots since the base go in one package; {@code forever} only
     * @param monthByName for {@code monthly}, whether months go by the dates in names
     * @throws UsageException if there is none of that name, or it can't be packed
     */
    public static Policy parse(String name, boolean packed, boolean monthByName) throws UsageException {
        Policy policy = policy(name, packed, monthByName);
        if (packed && !(policy instanceof Forever)) {
            throw new UsageException(
                    "choosing what to send",
                    "only the policy forever can be packed, not " + name,
                    Wording.NOT_PACKED.text());
        }
        return policy;
    }

    private static Policy policy(String name, boolean packed, boolean monthByName) throws UsageException {
        PolicyName parsed = PolicyName.parse(name).orElseThrow(() -> unknown(name));
        if (parsed instanceof PolicyName.Levels levels) {
            return new Levels(levels.periods().stream()
                    .map(period -> Period.valueOf(period.toUpperCase(Locale.ROOT)))
                    .toList());
        }
        if (parsed instanceof PolicyName.FullEvery every) {
            return new FullEvery(Duration.ofDays(every.days()));
        }
        return parsed instanceof PolicyName.Monthly ? new Monthly(monthByName) : new Forever(packed);
    }

    private static UsageException unknown(String name) {
        return new UsageException(
                "choosing what to send",
                "there is no policy " + name,
                "Policies: forever, monthly, levels:month/week/day (of year, month, week, day, hour), full-every:30d.");
    }
}
