package io.jenkins.plugins.zfsbackup.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkersTest {

    /**
     * On a machine with many processors the budget is shared out among many volumes at first, each of which is small.
     */
    @ParameterizedTest
    @CsvSource({"4, 512", "16, 512", "64, 512", "256, 512", "4, 2048", "64, 4096"})
    void aStreamOf15TebibytesHasNoMoreVolumesThanAManifestCanList(int threads, long mebibytes) {
        try (Workers workers = new Workers(threads, mebibytes << 20)) {
            long position = 0;
            int volumes = 0;
            while (position < 15L << 40) {
                int chunks = workers.volumeChunks(position);
                assertThat(chunks + 1).isLessThanOrEqualTo(workers.memory().chunks() / 2 + 1);
                position += (long) chunks * Memory.CHUNK;
                volumes++;
            }
            assertThat(volumes).isLessThan(Manifest.MOST_VOLUMES);
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 12", "4, 4", "64, 512"})
    void aVolumeIsNeverEmptyNorLargerThanTheBudget(int threads, long mebibytes) {
        try (Workers workers = new Workers(threads, mebibytes << 20)) {
            for (long position = 0; position < 1L << 50; position = position * 3 / 2 + 1) {
                assertThat(workers.volumeChunks(position))
                        .isBetween(1, Math.max(1, workers.memory().chunks()));
            }
        }
    }
}
