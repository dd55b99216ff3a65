package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.PlainText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The volumes of a manifest while it is read: checked, counted and added up, and kept if somebody is going to read
 * them.
 */
final class ManifestVolumes {

    private final boolean kept;
    private final String where;
    private final List<Manifest.Volume> volumes = new ArrayList<>();
    private int count;
    private String suffix = "";
    private long rawBytes;
    private long storedBytes;

    /**
     * @param kept whether they are kept; else all but their number is lost
     * @param where names the file, for messages
     */
    ManifestVolumes(boolean kept, String where) {
        this.kept = kept;
        this.where = where;
    }

    /** The next volume. */
    void add(Manifest.Volume volume) throws IntegrityException {
        if (count == Manifest.MOST_VOLUMES) {
            throw ManifestJson.damaged(where, "has more than " + Manifest.MOST_VOLUMES + " volumes");
        }
        String number = String.format("%05d", count + 1);
        String rest = volume.name().startsWith(number) ? volume.name().substring(number.length()) : "";
        if (!rest.startsWith(".") || count > 0 && !rest.equals(suffix)) {
            throw ManifestJson.damaged(
                    where,
                    "a volume is named " + PlainText.quoted(volume.name()) + ", in the place of " + number + suffix);
        }
        suffix = rest;
        count++;
        rawBytes = Math.addExact(rawBytes, volume.rawBytes());
        storedBytes = Math.addExact(storedBytes, volume.storedBytes());
        if (kept || volumes.isEmpty()) {
            volumes.add(volume);
        }
    }

    /** Those that were added; if they are not kept, as many times the first one. */
    List<Manifest.Volume> list() {
        return kept || count == 0 ? volumes : Collections.nCopies(count, volumes.get(0));
    }

    /** @throws IntegrityException unless the manifest says of all of them what they say each */
    void check(Manifest manifest) throws IntegrityException {
        if (count == 0) {
            throw ManifestJson.damaged(where, "no volumes are listed");
        }
        if (rawBytes != manifest.rawBytes() || storedBytes != manifest.storedBytes()) {
            throw ManifestJson.damaged(
                    where,
                    "the volumes add up to " + rawBytes + " raw and " + storedBytes
                            + " stored bytes, the manifest says " + manifest.rawBytes() + " and "
                            + manifest.storedBytes());
        }
        String told = ".zfs" + manifest.compression().method().suffix()
                + (manifest.encryption().isPresent() ? ".gpg" : "");
        if (!suffix.equals(told)) {
            throw ManifestJson.damaged(where, "the volumes are named *" + suffix + ", and would be *" + told);
        }
    }
}
