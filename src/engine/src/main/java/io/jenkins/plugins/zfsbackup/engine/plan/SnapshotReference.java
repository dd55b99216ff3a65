package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a person calls a stored snapshot: {@code daily}; and where several have that name {@code daily~1234}, with the
 * guid in decimal, as {@code zfs get guid} and manifests write it, or in hexadecimal. No name of ZFS has a {@code ~} in
 * it.
 *
 * @param name the snapshot's name
 * @param guid its guid, in lower case; empty if the name says enough
 */
public record SnapshotReference(String name, Optional<String> guid) {

    private static final Pattern GUID = Pattern.compile("[0-9a-f]{1,20}");

    /**
     * Reads {@code NAME} or {@code NAME~GUID}.
     *
     * @throws UsageException if what is behind the {@code ~} is no guid
     */
    public static SnapshotReference parse(String text) throws UsageException {
        int tilde = text.indexOf('~');
        if (tilde < 0) {
            return new SnapshotReference(text, Optional.empty());
        }
        String guid = text.substring(tilde + 1).toLowerCase(Locale.ROOT);
        if (!GUID.matcher(guid).matches()) {
            throw new UsageException(
                    "looking for @" + text, "'" + guid + "' is no guid", Wording.NAME_WITH_GUID.text());
        }
        return new SnapshotReference(text.substring(0, tilde), Optional.of(guid));
    }

    /** As a person writes it. */
    public String text() {
        return name + guid.map(text -> "~" + text).orElse("");
    }

    /** Whether this is the snapshot. */
    public boolean means(SnapshotId id) {
        return id.name().equals(name)
                && guid.map(text -> text.equals(id.guidText()) || text.equals(Long.toHexString(id.guid())))
                        .orElse(true);
    }
}
