package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is to be sent, as options name it; {@code docs/policies.md} says what each means. */
public sealed interface PolicyName {

    /** The periods of {@link Levels}, from the longest to the shortest. */
    List<String> PERIODS = List.of("year", "month", "week", "day", "hour");

    /** {@code forever}. */
    record Forever() implements PolicyName {}

    /** {@code monthly}. */
    record Monthly() implements PolicyName {}

    /**
     * {@code levels:month/week/day}.
     *
     * @param periods some of {@link #PERIODS}, in their order
     */
    record Levels(List<String> periods) implements PolicyName {
        public Levels {
            periods = List.copyOf(periods);
        }
    }

    /**
     * {@code full-every:30d}.
     *
     * @param days between two full backups, at least 1
     */
    record FullEvery(int days) implements PolicyName {}

    /** The policy of a name; empty if there is none. */
    static Optional<PolicyName> parse(String text) {
        Matcher fullEvery = Pattern.compile("full-every:(\\d{1,5})([dw])").matcher(text);
        if (text.equals("forever")) {
            return Optional.of(new Forever());
        }
        if (text.equals("monthly")) {
            return Optional.of(new Monthly());
        }
        if (fullEvery.matches() && Integer.parseInt(fullEvery.group(1)) > 0) {
            return Optional.of(new FullEvery(
                    Integer.parseInt(fullEvery.group(1)) * (fullEvery.group(2).equals("w") ? 7 : 1)));
        }
        return text.startsWith("levels:")
                ? levels(Arrays.asList(text.substring("levels:".length()).split("/")))
                : Optional.empty();
    }

    private static Optional<PolicyName> levels(List<String> periods) {
        boolean inOrder = PERIODS.stream().filter(periods::contains).toList().equals(periods);
        return inOrder ? Optional.of(new Levels(periods)) : Optional.empty();
    }
}
