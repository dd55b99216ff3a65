package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * A share of the volumes, always the same for the same share: after {@code total} runs with 1 to {@code total} all were
 * read.
 *
 * @param part from 1 to total
 * @param total at least 1
 */
public record Subset(int part, int total) {

    /** Everything. */
    public static final Subset ALL = new Subset(1, 1);

    public Subset {
        if (total < 1 || part < 1 || part > total) {
            throw new IllegalArgumentException("a subset is N/T with 1 <= N <= T, not " + part + "/" + total);
        }
    }

    boolean has(Manifest.Volume volume) {
        return Integer.remainderUnsigned(
                        Integer.parseUnsignedInt(volume.storedSha256().substring(0, 8), 16), total)
                == part - 1;
    }

    /** For a file that nobody has kept a hash of, its path's decides. */
    public boolean has(String path) {
        CRC32 name = new CRC32();
        name.update(path.getBytes(StandardCharsets.UTF_8));
        return name.getValue() % total == part - 1;
    }
}
