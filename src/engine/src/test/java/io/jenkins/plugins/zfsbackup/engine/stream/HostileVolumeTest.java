package io.jenkins.plugins.zfsbackup.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.repository.Manifests;
import io.jenkins.plugins.zfsbackup.engine.testing.QuietWatch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Volumes that are made to use up memory or time: no more is read or unpacked of them than the manifest says. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class HostileVolumeTest {

    private static final int GIBIBYTE = 1 << 30;

    private final Workers workers = new Workers(2, 16 << 20);
    private final AtomicLong read = new AtomicLong();

    @AfterEach
    void close() {
        workers.close();
    }

    private static byte[] zeros(OutputStreamAround compression) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = compression.around(bytes)) {
            byte[] zeros = new byte[1 << 20];
            for (int written = 0; written < GIBIBYTE; written += zeros.length) {
                out.write(zeros);
            }
        }
        return bytes.toByteArray();
    }

    private interface OutputStreamAround {
        OutputStream around(OutputStream out) throws IOException;
    }

    /** The volume that a manifest lists with these sizes, whatever is stored. */
    private static Manifest.Volume listed(String name, long rawBytes, long storedBytes) {
        return new Manifest.Volume(name, rawBytes, "ab".repeat(32), storedBytes, "cd".repeat(32));
    }

    private void fetch(Manifest.Volume volume, InputStream stored) throws IOException {
        fetch(volume, stored, message -> message);
    }

    private void fetch(Manifest.Volume volume, InputStream stored, VolumeFormat.Decrypt decrypt) throws IOException {
        Manifest manifest = Manifests.manifest("tank/a", "x", List.of(volume));
        new StreamDownload(workers, decrypt, new QuietWatch("restoring tank/a"))
                .fetch(manifest, name -> counted(stored), OutputStream.nullOutputStream());
    }

    private InputStream counted(InputStream stored) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                read.incrementAndGet();
                return stored.read();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count = stored.read(bytes, offset, length);
                read.addAndGet(Math.max(0, count));
                return count;
            }
        };
    }

    private static InputStream endless(byte[] beginning) {
        return new InputStream() {
            private int at;

            @Override
            public int read() {
                return at < beginning.length ? beginning[at++] & 0xff : 0;
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"00001.zfs.zst", "00001.zfs.gz"})
    void aGibibyteOfZerosUnpacksNoFurtherThanTheManifestSays(String name) throws IOException {
        byte[] bomb = zeros(name.endsWith(".gz") ? GZIPOutputStream::new : ZstdOutputStream::new);

        assertThat(bomb.length).isLessThan(1_100_000);
        assertThatThrownBy(() -> fetch(listed(name, 5 << 20, bomb.length), new ByteArrayInputStream(bomb)))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining(name);
    }

    @ParameterizedTest
    @ValueSource(longs = {17 << 20, GIBIBYTE, 100L << 30, Long.MAX_VALUE})
    void aVolumeLargerThanTheMemoryIsRefusedBeforeAnythingIsReadOfIt(long rawBytes) {
        assertThatThrownBy(() -> fetch(listed("00001.zfs.zst", rawBytes, 33_000), endless(new byte[0])))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("would unpack to " + rawBytes)
                .hasMessageContaining("--memory");
        assertThat(read.get()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"00001.zfs", "00001.zfs.zst", "00001.zfs.gz", "00001.zfs.zst.gpg"})
    void aVolumeIsReadToTheByteWhereItShouldEnd(String name) {
        assertThatThrownBy(() -> fetch(listed(name, 1 << 20, 100_000), endless(Zstd.compress(new byte[1 << 20]))))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("has more bytes in the repository than the 100000 that were stored");
        assertThat(read.get()).isEqualTo(100_001);
    }

    @Test
    void itsHashIsTakenOfNoMoreEither() {
        VolumeCheck check = new VolumeCheck(workers, new QuietWatch("verifying tank/a"));

        assertThatThrownBy(() -> check.run(
                        List.of(listed("00001.zfs", 1 << 20, 100_000)), name -> counted(endless(new byte[0]))))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("has more than the 100000 bytes that were stored");
        assertThat(read.get()).isEqualTo(100_001);
    }

    /**
     * Magic number, frame header descriptor, then a window of 2^(10 + the upper five bits) bytes (RFC 8878, section
     * 3.1.1).
     */
    @ParameterizedTest
    @ValueSource(strings = {"28b52ffd0070", "28b52ffd00a8", "28b52ffd00f8", "28b52ffde0ffffffffffffff7f"})
    void aFrameThatAsksForAHugeWindowIsRefused(String header) {
        byte[] frame = HexFormat.of().parseHex(header + "00".repeat(100));

        assertThatThrownBy(() -> fetch(listed("00001.zfs.zst", 1 << 20, frame.length), new ByteArrayInputStream(frame)))
                .isInstanceOf(IntegrityException.class);
    }

    @Test
    void whatIsInAMessageMayBeNoMoreThanAVolumeTakes() {
        // Skippable frames (RFC 8878, section 3.1.2): they unpack to nothing, for as long as somebody reads them.
        byte[] frame = HexFormat.of().parseHex("502a4d1800001000" + "00".repeat(1 << 20));
        AtomicLong decrypted = new AtomicLong();
        VolumeFormat.Decrypt bomb = message -> new InputStream() {
            @Override
            public int read() {
                return frame[(int) (decrypted.getAndIncrement() % frame.length)] & 0xff;
            }
        };

        assertThatThrownBy(() -> fetch(
                        listed("00001.zfs.zst.gpg", 1 << 20, 1000), new ByteArrayInputStream(new byte[1000]), bomb))
                .isInstanceOf(IntegrityException.class);
        assertThat(decrypted.get()).isLessThan(Manifest.Volume.largestStored(1 << 20) + (1 << 20));
    }

    @Test
    void aSecondVolumeWaitsForTheMemoryOfTheFirst() throws IOException {
        // Three of them would not fit at once; none of them is what the manifest says, and the first is what is told.
        List<Manifest.Volume> volumes = List.of(
                listed("00001.zfs.zst", 12 << 20, 10),
                listed("00002.zfs.zst", 12 << 20, 10),
                listed("00003.zfs.zst", 12 << 20, 10));
        Manifest manifest = Manifests.manifest("tank/a", "x", volumes);

        assertThatThrownBy(() -> new StreamDownload(workers, message -> message, new QuietWatch("restoring tank/a"))
                        .fetch(
                                manifest,
                                name -> new ByteArrayInputStream(new byte[10]),
                                OutputStream.nullOutputStream()))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("00001.zfs.zst");
    }
}
