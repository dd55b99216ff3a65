package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/** Names of snapshots made from a pattern, with the date conversions of strftime(3) that stand for UTC times. */
final class SnapshotPattern {

    private static final Map<Character, String> CONVERSIONS = Map.ofEntries(
            Map.entry('Y', "uuuu"),
            Map.entry('y', "uu"),
            Map.entry('m', "MM"),
            Map.entry('d', "dd"),
            Map.entry('H', "HH"),
            Map.entry('M', "mm"),
            Map.entry('S', "ss"),
            Map.entry('j', "DDD"),
            Map.entry('G', "YYYY"),
            Map.entry('V', "ww"),
            Map.entry('F', "uuuu-MM-dd"));

    private SnapshotPattern() {}

    /** @throws UsageException if the pattern has a conversion that is not known, or makes a name that ZFS does not take */
    static String format(String pattern, Instant now) throws UsageException {
        ZonedDateTime time = now.atZone(ZoneOffset.UTC);
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != '%') {
                name.append(c);
                continue;
            }
            i++;
            String conversion = i < pattern.length() ? CONVERSIONS.get(pattern.charAt(i)) : null;
            if (conversion == null) {
                throw wrong(pattern, "it knows %Y %y %m %d %H %M %S %j %G %V %F");
            }
            name.append(DateTimeFormatter.ofPattern(conversion, java.util.Locale.ROOT).format(time));
        }
        if (!name.toString().matches("[A-Za-z0-9_.: -]{1,200}")) {
            throw wrong(pattern, "a snapshot's name has letters, digits and _ - . : only, not \"" + name + "\"");
        }
        return name.toString();
    }

    private static UsageException wrong(String pattern, String said) {
        return new UsageException("naming a snapshot by the pattern " + pattern, said, "Example: --snapshot daily-%Y-%m-%d");
    }
}
