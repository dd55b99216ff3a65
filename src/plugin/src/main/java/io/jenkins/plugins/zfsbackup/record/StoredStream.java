package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.agent.Fields;
import java.io.Serializable;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * One backup that a run published.
 *
 * @param kind full, incremental or package
 * @param snapshot it leads to
 * @param base it builds on; empty for a full one
 * @param rawBytes of the stream
 * @param storedBytes in the repository
 * @param seconds from its start to its publication
 */
@ExportedBean(defaultVisibility = 3)
public record StoredStream(
        @Exported String kind,
        @Exported String snapshot,
        @Exported String base,
        @Exported long rawBytes,
        @Exported long storedBytes,
        @Exported double seconds)
        implements Serializable {

    static StoredStream of(Fields fields) {
        return new StoredStream(
                fields.text("kind"),
                fields.text("snapshot"),
                fields.text("base"),
                fields.count("rawBytes"),
                fields.count("storedBytes"),
                fields.decimal("seconds"));
    }
}
