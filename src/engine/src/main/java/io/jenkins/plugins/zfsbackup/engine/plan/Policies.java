package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Policies by their names. */
public final class Policies {

    private static final Pattern FULL_EVERY = Pattern.compile("full-every:(\\d{1,5})([dw])");
    private static final String LEVELS = "levels:";

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
        Matcher fullEvery = FULL_EVERY.matcher(name);
        if (name.equals("forever")) {
            return new Forever(packed);
        }
        if (name.equals("monthly")) {
            return new Monthly(monthByName);
        }
        if (fullEvery.matches() && Integer.parseInt(fullEvery.group(1)) > 0) {
            int days =
                    Integer.parseInt(fullEvery.group(1)) * (fullEvery.group(2).equals("w") ? 7 : 1);
            return new FullEvery(Duration.ofDays(days));
        }
        if (name.startsWith(LEVELS)) {
            return levels(name);
        }
        throw unknown(name);
    }

    private static Policy levels(String name) throws UsageException {
        List<Period> periods = new ArrayList<>();
        try {
            for (String period : name.substring(LEVELS.length()).split("/")) {
                periods.add(Period.valueOf(period.toUpperCase(Locale.ROOT)));
            }
            return new Levels(periods);
        } catch (IllegalArgumentException e) {
            throw unknown(name);
        }
    }

    private static UsageException unknown(String name) {
        return new UsageException(
                "choosing what to send",
                "there is no policy " + name,
                "Policies: forever, monthly, levels:month/week/day (of year, month, week, day, hour), full-every:30d.");
    }
}
