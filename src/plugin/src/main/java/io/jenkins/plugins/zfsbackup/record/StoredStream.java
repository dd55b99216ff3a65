package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.agent.Fields;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * One backup that a run published, as its document tells. It is not stored with a build; builds made by the first
 * version of the plugin have it in their {@code build.xml}, from which it is read, so that it must not be a record.
 */
@ExportedBean(defaultVisibility = 3)
public final class StoredStream {

    private final String kind;
    private final String snapshot;
    private final String base;
    private final long rawBytes;
    private final long storedBytes;
    private final double seconds;

    private StoredStream(Fields fields) {
        kind = fields.text("kind");
        snapshot = fields.text("snapshot");
        base = fields.text("base");
        rawBytes = fields.count("rawBytes");
        storedBytes = fields.count("storedBytes");
        seconds = fields.decimal("seconds");
    }

    static StoredStream of(Fields fields) {
        return new StoredStream(fields);
    }

    /** How many characters it keeps. */
    int length() {
        return kind.length() + snapshot.length() + base.length();
    }

    /** Full, incremental or package. */
    @Exported
    public String getKind() {
        return kind;
    }

    /** The snapshot that it leads to. */
    @Exported
    public String getSnapshot() {
        return snapshot;
    }

    /** The snapshot that it builds on; empty for a full one. */
    @Exported
    public String getBase() {
        return base;
    }

    /** Of the stream, in bytes. */
    @Exported
    public long getRawBytes() {
        return rawBytes;
    }

    /** In the repository, in bytes. */
    @Exported
    public long getStoredBytes() {
        return storedBytes;
    }

    /** From its start to its publication. */
    @Exported
    public double getSeconds() {
        return seconds;
    }
}
