package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalField;
import java.util.Locale;
import java.util.Map;

/** Names of snapshots made from a pattern, with the date conversions of strftime(3) that stand for UTC times. */
final class SnapshotPattern {

    /** A number of the date, in so many digits. */
    private record Conversion(TemporalField field, int digits) {
        String of(ZonedDateTime time) {
            long modulus = Math.round(Math.pow(10, digits));
            return String.format(Locale.ROOT, "%0" + digits + "d", time.getLong(field) % modulus);
        }
    }

    private static final Map<Character, Conversion> CONVERSIONS = Map.of(
            'Y', new Conversion(ChronoField.YEAR, 4),
            'y', new Conversion(ChronoField.YEAR, 2),
            'm', new Conversion(ChronoField.MONTH_OF_YEAR, 2),
            'd', new Conversion(ChronoField.DAY_OF_MONTH, 2),
            'H', new Conversion(ChronoField.HOUR_OF_DAY, 2),
            'M', new Conversion(ChronoField.MINUTE_OF_HOUR, 2),
            'S', new Conversion(ChronoField.SECOND_OF_MINUTE, 2),
            'j', new Conversion(ChronoField.DAY_OF_YEAR, 3),
            // Those of ISO 8601; the weeks of Java's locales are others.
            'G', new Conversion(IsoFields.WEEK_BASED_YEAR, 4),
            'V', new Conversion(IsoFields.WEEK_OF_WEEK_BASED_YEAR, 2));

    private SnapshotPattern() {}

    /**
     * @throws UsageException if the pattern has a conversion that is not known, or makes a name that ZFS does not take
     */
    static String format(String pattern, Instant now) throws UsageException {
        ZonedDateTime time = now.atZone(ZoneOffset.UTC);
        String spelled = pattern.replace("%F", "%Y-%m-%d");
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < spelled.length(); i++) {
            char c = spelled.charAt(i);
            if (c != '%') {
                name.append(c);
                continue;
            }
            i++;
            Conversion conversion = i < spelled.length() ? CONVERSIONS.get(spelled.charAt(i)) : null;
            if (conversion == null) {
                throw wrong(pattern, "it knows %Y %y %m %d %H %M %S %j %G %V %F");
            }
            name.append(conversion.of(time));
        }
        if (!name.toString().matches("[A-Za-z0-9_.: -]{1,200}")) {
            throw wrong(pattern, "a snapshot's name has letters, digits and _ - . : only, not \"" + name + "\"");
        }
        return name.toString();
    }

    private static UsageException wrong(String pattern, String said) {
        return new UsageException("naming a snapshot by the pattern " + pattern, said, Wording.PATTERN_EXAMPLE.text());
    }
}
