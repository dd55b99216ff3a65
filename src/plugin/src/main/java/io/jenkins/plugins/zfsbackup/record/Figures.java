package io.jenkins.plugins.zfsbackup.record;

import java.text.NumberFormat;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jvnet.localizer.LocaleProvider;

/** Figures as a person reads them, in the reader's language. */
public final class Figures {

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Figures() {}

    /** Two counts together; the largest number where that is not enough. */
    static long sum(long one, long other) {
        long sum = one + other;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    private static String number(double value, int digits) {
        NumberFormat format = NumberFormat.getNumberInstance(LocaleProvider.getLocale());
        format.setMinimumFractionDigits(digits);
        format.setMaximumFractionDigits(digits);
        format.setGroupingUsed(false);
        return format.format(value);
    }

    /** E.g. {@code 1.4 GiB}. */
    public static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return number(value, unit == 0 || value >= 100 ? 0 : 1) + " " + UNITS[unit];
    }

    /** E.g. {@code 37 MiB/s}; empty if nothing was moved. */
    public static String rate(long bytes, double seconds) {
        return bytes == 0 || seconds <= 0 ? "" : bytes((long) (bytes / seconds)) + "/s";
    }

    /** How much smaller than the stream what is stored is, e.g. {@code 59 %}; empty if nothing was stored. */
    public static String saved(long raw, long stored) {
        return raw == 0 || stored == 0 ? "" : Math.max(0, Math.round(100 - stored * 100.0 / raw)) + " %";
    }

    /** E.g. {@code of 3.4 GiB, 59 % saved}; empty if nothing was stored. */
    static String storedOf(long raw, long stored) {
        return raw == 0 || stored == 0 ? "" : Messages.stored_of(bytes(raw), saved(raw, stored));
    }

    /** E.g. {@code 2 min 5 s}, of a long time without its smallest part; empty for none. */
    public static String duration(double seconds) {
        if (seconds <= 0) {
            return "";
        }
        if (seconds < 10) {
            return Messages.time_seconds(number(seconds, seconds < 1 ? 2 : 1));
        }
        long whole = Math.round(seconds);
        if (whole < MINUTE) {
            return Messages.time_seconds(whole);
        }
        if (whole < HOUR) {
            return Messages.time_minutes(whole / MINUTE, whole % MINUTE);
        }
        return whole < DAY
                ? Messages.time_hours(whole / HOUR, whole % HOUR / MINUTE)
                : Messages.time_days(whole / DAY, whole % DAY / HOUR);
    }

    /** E.g. {@code 2026-11-25 01:44:13 UTC} of an ISO 8601 time; what is none stays as it is. */
    public static String time(String text) {
        return time(text, "uuuu-MM-dd HH:mm:ss 'UTC'");
    }

    /** The same without seconds and zone, for a column of them. */
    static String minute(String text) {
        return time(text, "uuuu-MM-dd HH:mm");
    }

    /** An ISO 8601 time; empty if the text is none. */
    static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String time(String text, String pattern) {
        try {
            return DateTimeFormatter.ofPattern(pattern).withZone(ZoneOffset.UTC).format(Instant.parse(text));
        } catch (DateTimeException e) {
            return text;
        }
    }
}
