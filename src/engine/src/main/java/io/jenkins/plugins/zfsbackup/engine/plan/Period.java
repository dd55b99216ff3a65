package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;

/** Stretches of the calendar, in UTC; weeks are those of ISO 8601, which begin on Mondays. */
public enum Period {
    YEAR,
    MONTH,
    WEEK,
    DAY,
    HOUR;

    /**
     * The moment in which the period began that the snapshot was made in: one for all of that period, and for no other.
     */
    LocalDateTime start(SnapshotId snapshot) {
        LocalDateTime hour =
                LocalDateTime.ofInstant(snapshot.created(), ZoneOffset.UTC).truncatedTo(ChronoUnit.HOURS);
        LocalDateTime day = hour.truncatedTo(ChronoUnit.DAYS);
        return switch (this) {
            case YEAR -> day.withDayOfYear(1);
            case MONTH -> day.withDayOfMonth(1);
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case DAY -> day;
            case HOUR -> hour;
        };
    }
}
