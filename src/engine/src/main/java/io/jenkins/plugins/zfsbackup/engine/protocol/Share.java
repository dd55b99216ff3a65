package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A share of what there is, {@code N/T} in options: after T runs with 1 to T all of it was looked at.
 *
 * @param part from 1 to total
 * @param total at least 1
 */
public record Share(int part, int total) {

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})/(\\d{1,9})");

    /** Reads {@code 1/7}; empty if it is anything else. */
    public static Optional<Share> parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        Share share = new Share(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
        return share.part >= 1 && share.part <= share.total ? Optional.of(share) : Optional.empty();
    }
}
