package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and rates: a number, with K, M, G or T for powers of 1024. */
public final class Quantity {

    private static final Pattern FORM = Pattern.compile("(\\d{1,15})([KMGT]?)(i?B?)(/s)?");

    private Quantity() {}

    /**
     * Reads {@code 512M}, {@code 2GiB}, {@code 20M/s} or a number of bytes.
     *
     * @return bytes, or bytes a second
     * @throws IllegalArgumentException if it is none of these; the message says so
     */
    public static long parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no size; write 512M, 2G or a number of bytes");
        }
        int power = " KMGT".indexOf(matcher.group(2).isEmpty() ? " " : matcher.group(2));
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << (10 * power));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is larger than any size here", e);
        }
    }
}
