package io.jenkins.plugins.zfsbackup.engine.protocol;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a stored stream needs to be received on. */
public enum Kind implements Named {
    /** Everything in the snapshot; needs nothing. */
    FULL,
    /** The difference from its base to its snapshot. */
    INCREMENTAL,
    /** The differences from its base to its snapshot and to all snapshots between, as {@code zfs send -I} makes it. */
    PACKAGE;

    /** As documents write it: {@code full}, {@code incremental}, {@code package}. */
    @Override
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
