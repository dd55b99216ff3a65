package io.jenkins.plugins.zfsbackup.engine.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DatasetFilterTest {

    @Test
    void namesSnapshotsByUtc() throws IOException {
        Instant time = Instant.parse("2014-06-01T23:30:05Z");

        assertThat(SnapshotPattern.format("daily-%Y-%m-%d", time)).isEqualTo("daily-2014-06-01");
        assertThat(SnapshotPattern.format("auto-%Y%m%d.%H%M-1w", time)).isEqualTo("auto-20140601.2330-1w");
        assertThatThrownBy(() -> SnapshotPattern.format("a%Q", time)).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> SnapshotPattern.format("a/b", time)).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> SnapshotPattern.format("", time)).isInstanceOf(UsageException.class);
    }

    @Test
    void writesFiguresForPeople() {
        assertThat(Sizes.bytes(0)).isEqualTo("0 B");
        assertThat(Sizes.bytes(1_234)).isEqualTo("1.21 KiB");
        assertThat(Sizes.bytes(5L << 30)).isEqualTo("5.00 GiB");
        assertThat(Sizes.seconds(2.34)).isEqualTo("2.3 s");
        assertThat(Sizes.seconds(7_500)).isEqualTo("2 h 05 min");
    }
}
