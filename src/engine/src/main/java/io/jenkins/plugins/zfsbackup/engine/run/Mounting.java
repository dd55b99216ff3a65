package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Mounts what a restore has received, which is left unmounted by itself; or says how. */
public final class Mounting {

    private final Zfs zfs;

    /** @param zfs the pool's side */
    public Mounting(Zfs zfs) {
        this.zfs = zfs;
    }

    /** What to say of a dataset that was restored and is not mounted; empty if it is, or if it is a zvol. */
    public Optional<String> advice(DatasetName dataset) throws BackupException {
        Map<String, String> properties = properties(dataset);
        return isMountable(properties)
                ? Optional.of(dataset + " is not mounted. " + how(dataset, properties))
                : Optional.empty();
    }

    /**
     * Mounts a dataset that was restored.
     *
     * @return what came of it
     * @throws SourceException if zfs refuses; the dataset is whole all the same
     */
    public String mount(DatasetName dataset) throws BackupException {
        Map<String, String> properties = properties(dataset);
        if (properties.get("type").equals("volume")) {
            return dataset + " is a zvol, which is not mounted";
        }
        if (isMountable(properties)) {
            try {
                zfs.mount(dataset);
            } catch (SourceException e) {
                throw new SourceException(
                        e.doing() + ", which was restored whole",
                        e.said(),
                        e.next().isEmpty() ? how(dataset, properties) : e.next(),
                        e);
            }
        }
        return dataset + " is mounted at " + properties.get("mountpoint");
    }

    private Map<String, String> properties(DatasetName dataset) throws BackupException {
        return zfs.properties(dataset, List.of("type", "mounted", "canmount", "mountpoint", "keystatus"));
    }

    private static boolean isMountable(Map<String, String> properties) {
        return properties.get("type").equals("filesystem")
                && properties.get("mounted").equals("no");
    }

    private static String how(DatasetName dataset, Map<String, String> properties) {
        String name = "'" + dataset + "'";
        String mount = "zfs mount " + name;
        if ("unavailable".equals(properties.get("keystatus"))) {
            return "Its key is not loaded: zfs load-key " + name + ", then " + mount;
        }
        if (properties.get("canmount").equals("off")) {
            return "Its property canmount is off: zfs set canmount=on " + name + ", then " + mount;
        }
        return switch (properties.get("mountpoint")) {
            case "none" -> "It has no mountpoint: zfs set mountpoint=/PATH " + name;
            case "legacy" -> "Its mountpoint is legacy: mount -t zfs " + name + " /PATH";
            default -> "To mount it at " + properties.get("mountpoint") + ": " + mount;
        };
    }
}
