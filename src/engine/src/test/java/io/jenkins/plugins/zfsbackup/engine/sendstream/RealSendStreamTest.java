package io.jenkins.plugins.zfsbackup.engine.sendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import io.jenkins.plugins.zfsbackup.engine.model.Guid;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads streams made by zfs-fuse 0.7.0. */
class RealSendStreamTest {

    @Test
    void aFullStream() throws Exception {
        SendStream stream = Streams.read(Streams.real("full"));

        assertThat(stream.compound()).isFalse();
        assertThat(stream.toName()).isEqualTo("p/lab/alice@monday");
        assertThat(Guid.format(stream.toGuid())).isEqualTo("7923485704119871580");
        assertThat(stream.fromGuid()).isZero();
        assertThat(stream.records()).isEqualTo(28);
        assertThat(stream.bytes()).isEqualTo(13_136);
        Begin begin = stream.streams().get(0);
        assertThat(begin.created()).isEqualTo("2026-11-24T00:15:04Z");
        assertThat(begin.type()).contains(DatasetType.FILESYSTEM);
        assertThat(begin.byteOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void anIncrementalStreamBuildsOnTheFullOne() throws Exception {
        SendStream stream = Streams.read(Streams.real("incremental"));

        assertThat(stream.toName()).isEqualTo("p/lab/alice@tuesday");
        assertThat(stream.fromGuid())
                .isEqualTo(Streams.read(Streams.real("full")).toGuid());
        assertThat(stream.features()).isEmpty();
    }

    @Test
    void aPackageGoesFromSnapshotToSnapshot() throws Exception {
        SendStream stream = Streams.read(Streams.real("package"));

        assertThat(stream.compound()).isTrue();
        assertThat(stream.streams())
                .extracting(Begin::toName)
                .containsExactly("p/lab/alice@tuesday", "p/lab/alice@wednesday");
        assertThat(stream.fromGuid())
                .isEqualTo(Streams.read(Streams.real("full")).toGuid());
        assertThat(stream.toName()).isEqualTo("p/lab/alice@wednesday");
    }

    @Test
    void aStreamWithPropertiesIsAPackageOfOne() throws Exception {
        SendStream stream = Streams.read(Streams.real("properties"));

        assertThat(stream.compound()).isTrue();
        assertThat(stream.streams()).hasSize(1);
        assertThat(stream.toGuid()).isEqualTo(Streams.read(Streams.real("full")).toGuid());
    }

    @Test
    void aDeduplicatedStreamSaysSo() throws Exception {
        SendStream stream = Streams.read(Streams.real("deduplicated"));

        assertThat(stream.featureLabels()).containsExactly("dedup", "dedupprops");
        assertThat(stream.toName()).isEqualTo("p/lab/alice@wednesday");
    }

    @Test
    void aReplicationStreamHoldsDescendantsAndAClone() throws Exception {
        SendStream stream = Streams.read(Streams.real("replicated"));

        assertThat(stream.streams())
                .extracting(Begin::toName)
                .containsExactly(
                        "p/lab/alice@wednesday",
                        "p/lab/alice@thursday",
                        "p/lab/alice@friday",
                        "p/lab/alice/nested@thursday",
                        "p/lab/alice/nested@friday",
                        "p/lab/alice/copy@friday");
        long tuesday = Streams.read(Streams.real("incremental")).toGuid();
        assertThat(stream.fromGuid()).isEqualTo(tuesday);
        assertThat(stream.toName()).isEqualTo("p/lab/alice@friday");
        Begin copy = stream.streams().get(5);
        assertThat(copy.ofClone()).isTrue();
        assertThat(copy.fromGuid()).isEqualTo(tuesday);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental", "package", "properties", "deduplicated", "replicated"})
    void theSizeOfThePiecesDoesNotMatter(String name) throws Exception {
        byte[] stream = Streams.real(name);
        SendStream whole = Streams.read(stream);

        for (int piece : new int[] {1, 3, 311, 313, 4096}) {
            assertThat(Streams.read(stream, piece)).isEqualTo(whole);
        }
    }
}
