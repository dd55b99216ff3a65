package io.jenkins.plugins.zfsbackup.record;

import hudson.Util;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jvnet.localizer.LocaleProvider;

/** Figures as a person reads them, in the reader's language. */
public final class Figures {

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Figures() {}

    /** E.g. {@code 1.4 GiB}. */
    public static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(LocaleProvider.getLocale(), unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }

    /** E.g. {@code 37 MiB/s}; empty if nothing was moved. */
    public static String rate(long bytes, double seconds) {
        return bytes == 0 || seconds <= 0 ? "" : bytes((long) (bytes / seconds)) + "/s";
    }

    /** Stored of raw, e.g. {@code 41 %}; empty if nothing was stored. */
    public static String ratio(long raw, long stored) {
        return raw == 0 || stored == 0 ? "" : Math.round(stored * 100.0 / raw) + " %";
    }

    /** E.g. {@code 2 min 5 sec}; empty for none. */
    public static String duration(double seconds) {
        return seconds <= 0 ? "" : Util.getTimeSpanString((long) (seconds * 1000));
    }

    /** E.g. {@code 2026-11-25 01:44:13 UTC} of an ISO 8601 time; what is none stays as it is. */
    public static String time(String text) {
        return time(text, "uuuu-MM-dd HH:mm:ss 'UTC'");
    }

    /** The same without seconds and zone, for a column of them. */
    static String minute(String text) {
        return time(text, "uuuu-MM-dd HH:mm");
    }

    private static String time(String text, String pattern) {
        try {
            return DateTimeFormatter.ofPattern(pattern).withZone(ZoneOffset.UTC).format(Instant.parse(text));
        } catch (DateTimeException e) {
            return text;
        }
    }
}
