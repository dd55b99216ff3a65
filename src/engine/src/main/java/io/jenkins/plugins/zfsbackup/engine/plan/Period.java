package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;

/** Stretches of the calendar, in UTC; weeks are those of ISO 8601, which begin on Mondays. */
public enum Period {
    YEAR,
    MONTH,
    WEEK,
    DAY,
    HOUR;

    /** What all moments of one such period have in common, and those of no other. */
    String of(SnapshotId snapshot) {
        LocalDateTime time = LocalDateTime.ofInstant(snapshot.created(), ZoneOffset.UTC);
        return switch (this) {
            case YEAR -> "" + time.getYear();
            case MONTH -> time.getYear() + "-" + time.getMonthValue();
            case WEEK -> time.get(IsoFields.WEEK_BASED_YEAR) + "-" + time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
            case DAY -> time.toLocalDate().toString();
            case HOUR -> time.toLocalDate() + " " + time.getHour();
        };
    }
}
