package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of the rules for what is kept.
 *
 * @param name {@code last}, {@code hourly}, {@code daily}, {@code weekly}, {@code monthly}, {@code yearly} or
 *     {@code within}
 * @param count how many, or how long, at least 1
 * @param unit of {@code within}: {@code h}, {@code d} or {@code w}; else empty
 */
public record KeepRule(String name, int count, String unit) {

    /** The one that keeps by age. */
    public static final String WITHIN = "within";

    private static final Pattern FORM = Pattern.compile(
            "(last|hourly|daily|weekly|monthly|yearly)=([1-9]\\d{0,5})|(within)=([1-9]\\d{0,5})([hdw])");

    /**
     * Reads {@code last=7,daily=14,weekly=8,monthly=12,yearly=5,within=30d}, each at most once; also {@code hourly},
     * and {@code h} and {@code w} for hours and weeks.
     *
     * @throws IllegalArgumentException if it is anything else; the message says what is wrong
     */
    public static List<KeepRule> parse(String text) {
        List<KeepRule> rules = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String each : text.toLowerCase(Locale.ROOT).split(",", -1)) {
            String rule = each.strip();
            Matcher parts = FORM.matcher(rule);
            if (!names.add(rule.split("=", 2)[0])) {
                throw new IllegalArgumentException(rule + " is there twice");
            }
            if (!parts.matches()) {
                throw new IllegalArgumentException("'" + rule + "' is no rule");
            }
            rules.add(
                    parts.group(3) == null
                            ? new KeepRule(parts.group(1), Integer.parseInt(parts.group(2)), "")
                            : new KeepRule(WITHIN, Integer.parseInt(parts.group(4)), parts.group(5)));
        }
        return List.copyOf(rules);
    }
}
