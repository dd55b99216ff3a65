package io.jenkins.plugins.zfsbackup.engine.sendstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SendStreamReaderTest {

    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    static List<StreamBuilder> makes() {
        return List.of(
                StreamBuilder.current(LITTLE),
                StreamBuilder.current(ByteOrder.BIG_ENDIAN),
                StreamBuilder.old(LITTLE),
                StreamBuilder.old(ByteOrder.BIG_ENDIAN));
    }

    @ParameterizedTest
    @MethodSource("makes")
    void everyTypeOfRecordIsReadWithItsPayload(StreamBuilder make) throws Exception {
        byte[] stream = make.begin(StreamBuilder.SINGLE, 2, 1, "tank/a@b", StreamBuilder.bytes(40))
                .object(0, 0, 0)
                .object(13, 0, 16)
                .object(200, 320, 320)
                .freeObjects()
                .write(StreamBuilder.bytes(512))
                .write(StreamBuilder.bytes(0))
                .write(StreamBuilder.bytes(1 << 20))
                .compressedWrite(8192, 1024)
                .free()
                .writeByReference()
                .spill(512, 0, 512)
                .spill(2048, 512, 512)
                .embedded(1, 8)
                .embedded(112, 112)
                .objectRange()
                .redact()
                .end()
                .build();

        SendStream read = Streams.read(stream);

        assertThat(read.records()).isEqualTo(18);
        assertThat(read.bytes()).isEqualTo(stream.length);
    }

    @ParameterizedTest
    @MethodSource("makes")
    void theBeginRecordSaysWhereTheStreamLeads(StreamBuilder make) throws Exception {
        long rawAndLarge = (1L << 24 | 1L << 19) << 2 | StreamBuilder.SINGLE;
        SendStream read = Streams.read(make.begin(rawAndLarge, -2L, 7, "tank/home@monday", new byte[0])
                .end()
                .build());

        assertThat(read.compound()).isFalse();
        assertThat(read.toGuid()).isEqualTo(-2L);
        assertThat(read.fromGuid()).isEqualTo(7);
        assertThat(read.toName()).isEqualTo("tank/home@monday");
        assertThat(read.features()).containsExactly(Feature.LARGE_BLOCKS, Feature.RAW);
        assertThat(read.featureLabels()).containsExactly("large_blocks", "raw");
        Begin begin = read.streams().get(0);
        assertThat(begin.full()).isFalse();
        assertThat(begin.dataset()).isEqualTo("tank/home");
        assertThat(begin.created()).isEqualTo(Instant.parse("2014-05-13T16:53:20Z"));
        assertThat(begin.type()).contains(DatasetType.FILESYSTEM);
        assertThat(begin.ofClone()).isFalse();
        assertThat(begin.versionInfo()).isEqualTo(rawAndLarge);
    }

    @Test
    void aZvolAndACloneAreTold() throws Exception {
        Begin begin = Streams.read(StreamBuilder.current(LITTLE)
                        .begin(
                                record -> {
                                    record.putLong(16, 1).putInt(32, 3).putInt(36, 0b1001);
                                    record.put(56, "tank/v@s".getBytes());
                                },
                                new byte[0])
                        .end()
                        .build())
                .streams()
                .get(0);

        assertThat(begin.type()).contains(DatasetType.VOLUME);
        assertThat(begin.ofClone()).isTrue();
    }

    @Test
    void allFeaturesAreKnownByTheirNumbers() throws Exception {
        long all = 0;
        for (int number : new int[] {0, 1, 2, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29}) {
            all |= 1L << number;
        }

        SendStream read = Streams.read(StreamBuilder.current(LITTLE)
                .begin(all << 2 | StreamBuilder.SINGLE, 2, 0, "tank/a@b", new byte[0])
                .end()
                .build());

        assertThat(read.features()).containsExactly(Feature.values());
    }

    @Test
    void theByteOrderIsTheSenders() throws Exception {
        assertThat(Streams.read(StreamBuilder.current(ByteOrder.BIG_ENDIAN)
                                .begin()
                                .end()
                                .build())
                        .streams()
                        .get(0)
                        .byteOrder())
                .isEqualTo(ByteOrder.BIG_ENDIAN);
        assertThat(Streams.read(StreamBuilder.current(LITTLE).begin().end().build())
                        .streams()
                        .get(0)
                        .byteOrder())
                .isEqualTo(LITTLE);
    }

    @ParameterizedTest
    @MethodSource("makes")
    void aPackageLeadsFromItsFirstStreamToItsLast(StreamBuilder make) throws Exception {
        SendStream read = Streams.read(Streams.packaged(make).build());

        assertThat(read.compound()).isTrue();
        assertThat(read.head().orElseThrow().toName()).isEqualTo("tank/a@b");
        assertThat(read.head().orElseThrow().type()).isEmpty();
        assertThat(read.streams()).extracting(Begin::toName).containsExactly("tank/a@early", "tank/a@b");
        assertThat(read.fromGuid()).isEqualTo(10);
        assertThat(read.toGuid()).isEqualTo(StreamBuilder.TO);
        assertThat(read.records()).isEqualTo(8);
    }

    @Test
    void aPackageOfSeveralDatasetsLeadsWhereItsTopmostDoes() throws Exception {
        SendStream read = Streams.read(StreamBuilder.current(LITTLE)
                .packageHead(new byte[0])
                .packageHeadEnd()
                .begin(StreamBuilder.SINGLE, 11, 10, "tank/a@early", new byte[0])
                .end()
                .begin(StreamBuilder.SINGLE, 12, 11, "tank/a@b", new byte[0])
                .end()
                .begin(StreamBuilder.SINGLE, 21, 0, "tank/a/child@b", new byte[0])
                .end()
                .packageEnd()
                .build());

        assertThat(read.fromGuid()).isEqualTo(10);
        assertThat(read.toGuid()).isEqualTo(12);
        assertThat(read.toName()).isEqualTo("tank/a@b");
        assertThat(read.streams()).hasSize(3);
    }

    @Test
    void whatThePackageAsksOfTheReceiverIsAskedByTheWhole() throws Exception {
        SendStream read = Streams.read(StreamBuilder.current(LITTLE)
                .begin(1L << 28 | StreamBuilder.PACKAGE, 0, 0, "tank/a@b", new byte[0])
                .packageHeadEnd()
                .begin(1L << 19 | StreamBuilder.SINGLE, 1, 0, "tank/a@b", new byte[0])
                .end()
                .packageEnd()
                .build());

        assertThat(read.features()).containsExactly(Feature.LZ4, Feature.HOLDS);
    }

    /** zstream of OpenZFS 2.0 to 2.3 gives each END a checksum when it takes the deduplication out of a package. */
    @Test
    void aPackageWhoseEndsAllCarryChecksumsIsRead() throws Exception {
        SendStream read = Streams.read(StreamBuilder.current(LITTLE)
                .packageHead(StreamBuilder.bytes(16))
                .end()
                .begin()
                .end()
                .record(5, record -> {}, new byte[0])
                .build());

        assertThat(read.compound()).isTrue();
    }

    @Test
    void theFirstBeginIsKnownAsSoonAsItHasPassed() throws Exception {
        byte[] stream = Streams.packaged(StreamBuilder.current(LITTLE)).build();
        int firstStream = 312 + 36 + 312;
        SendStreamReader reader = new SendStreamReader("looking");

        reader.accept(stream, 0, firstStream + 311);
        assertThat(reader.begin()).isEmpty();

        reader.accept(stream, firstStream + 311, 1);
        assertThat(reader.begin().orElseThrow().toName()).isEqualTo("tank/a@early");
    }

    @Test
    void anUnknownRecordIsRefusedByNumber() {
        assertThatRefused(StreamBuilder.current(LITTLE)
                        .begin()
                        .free()
                        .record(11, record -> {}, new byte[0])
                        .end())
                .withMessage("reading the send stream of tank/a@b: record 3 (unknown type 11) at offset 624: records"
                        + " of this type are not known here. A ZFS newer than this program may have made the stream:"
                        + " update ZFS Backup.");
        assertThatRefused(StreamBuilder.current(LITTLE)
                        .begin()
                        .record(-1, record -> {}, new byte[0])
                        .end())
                .withMessageContaining("record 2 (unknown type 4294967295) at offset 312");
    }

    @Test
    void unknownFeaturesAreRefusedByNumber() {
        assertThatRefused(StreamBuilder.current(LITTLE)
                        .begin((1L << 5 | 1L << 30 | 1L << 61 | 1L << 16) << 2 | 1, 2, 0, "tank/a@b", new byte[0])
                        .end())
                .withMessageContaining("record 1 (BEGIN) at offset 0: unknown feature flags {5, 30, 61}");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3})
    void anUnknownHeaderTypeIsRefused(long headerType) {
        assertThatRefused(StreamBuilder.current(LITTLE)
                        .begin(headerType, 2, 0, "tank/a@b", new byte[0])
                        .end())
                .withMessageContaining("header type " + headerType);
    }

    @Test
    void somethingElseThanASendStreamIsRefused() {
        assertThatRefused(StreamBuilder.current(LITTLE)
                        .raw("cannot open 'tank/a@b'\n".repeat(20).getBytes()))
                .withMessageContaining("not a ZFS send stream");
        assertThatRefused(StreamBuilder.current(LITTLE).free()).withMessageContaining("not a ZFS send stream");
    }

    @Test
    void bytesAfterTheEndAreRefused() {
        assertThatRefused(StreamBuilder.current(LITTLE).begin().end().raw(new byte[1]))
                .withMessageContaining("bytes follow the stream's END, at offset 624");
        assertThatRefused(StreamBuilder.current(LITTLE).begin().end().begin().end())
                .withMessageContaining("bytes follow the stream's END, at offset 624");
        assertThatRefused(Streams.packaged(StreamBuilder.current(LITTLE)).raw(new byte[1]))
                .withMessageContaining("bytes follow the stream's END, at offset 2,548");
    }

    @Test
    void aSecondBeginWithinAStreamIsRefused() {
        assertThatRefused(StreamBuilder.current(LITTLE).begin().free().begin().end())
                .withMessageContaining("record 3 (BEGIN) at offset 624: the stream before it has no END");
    }

    @Test
    void aPackageWithinAPackageIsRefused() {
        assertThatRefused(StreamBuilder.current(LITTLE)
                        .packageHead(new byte[0])
                        .packageHeadEnd()
                        .packageHead(new byte[0])
                        .packageHeadEnd())
                .withMessageContaining("record 3 (BEGIN) at offset 624: header type 2");
    }

    @Test
    void dataInThePackagesHeadIsRefused() {
        assertThatRefused(StreamBuilder.current(LITTLE).packageHead(new byte[0]).free())
                .withMessageContaining("record 2 (FREE) at offset 312: an END should be here");
    }

    @Test
    void dataBetweenThePackagesStreamsIsRefused() {
        assertThatRefused(StreamBuilder.current(LITTLE)
                        .packageHead(new byte[0])
                        .packageHeadEnd()
                        .free())
                .withMessageContaining("record 3 at offset 624: neither a BEGIN nor an END record");
    }

    @Test
    void aPackageWithNothingInItIsRefused() {
        assertThatRefused(StreamBuilder.current(LITTLE)
                        .packageHead(new byte[0])
                        .packageHeadEnd()
                        .packageEnd())
                .withMessageContaining("a package without a single snapshot in it");
    }

    @Test
    void payloadsLongerThanAnySenderMakesAreRefused() {
        assertThatRefused(
                        StreamBuilder.current(LITTLE).begin().record(3, record -> record.putLong(32, -8), new byte[0]))
                .withMessageContaining("record 2 (WRITE) at offset 312: 18446744073709551608 bytes of payload, where"
                        + " 16,777,216 are the"
                        + " most");
        assertThatRefused(StreamBuilder.current(LITTLE).begin().spill((1 << 24) + 8, 0, 0))
                .withMessageContaining("16777224 bytes of payload, where 16,777,216 are the most");
        assertThatRefused(StreamBuilder.current(LITTLE).begin().object(-1, 0, 0))
                .withMessageContaining("4294967296 bytes of payload, where 16,384 are the most");
        assertThatRefused(StreamBuilder.current(LITTLE).begin().object(0, 16_392, 0))
                .withMessageContaining("16392 bytes of payload, where 16,384 are the most");
        assertThatRefused(StreamBuilder.current(LITTLE).begin().embedded(113, 0))
                .withMessageContaining("120 bytes of payload, where 112 are the most");
        assertThatRefused(StreamBuilder.current(LITTLE)
                        .begin(record -> record.putInt(4, -8).putLong(16, 1).putInt(56, 0x61626364), new byte[0]))
                .withMessageContaining("4294967288 bytes of payload, where 268,435,456 are the most");
    }

    @Test
    void aPayloadThatNoChecksumCouldCoverIsRefused() {
        assertThatRefused(StreamBuilder.current(LITTLE).begin().write(StreamBuilder.bytes(510)))
                .withMessageContaining(
                        "record 2 (WRITE) at offset 312: 510 bytes of payload, which is no multiple of 4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tank/a@\u001b[31mb", "tank/a@b\n"})
    void aNameThatNoSnapshotCanHaveIsRefused(String name) {
        assertThatRefused(StreamBuilder.current(LITTLE)
                        .begin(StreamBuilder.SINGLE, 2, 0, name, new byte[0])
                        .end())
                .withMessageContaining("record 1 (BEGIN) at offset 0: no name of a snapshot in it");
    }

    @Test
    void aNameThatFillsItsFieldIsRead() throws Exception {
        String name = "tank/" + "a".repeat(249) + "@b";

        assertThat(Streams.read(StreamBuilder.current(LITTLE)
                                .begin(StreamBuilder.SINGLE, 2, 0, name, new byte[0])
                                .end()
                                .build())
                        .toName())
                .isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE})
    void aTimeBeyondAllTimesIsRefused(long created) {
        assertThatRefused(StreamBuilder.current(LITTLE)
                        .begin(
                                record -> record.putLong(16, 1)
                                        .putLong(24, created)
                                        .putInt(56, 0x61626364),
                                new byte[0]))
                .withMessageContaining("seconds after 1970");
    }

    @Test
    void anEndThatBelongsToAnotherBeginIsRefused() {
        StreamBuilder make = StreamBuilder.old(LITTLE).begin();
        byte[] end = StreamBuilder.old(LITTLE).begin().end().build();
        end[312 + 40] ^= 1;

        assertThatRefused(make.raw(Arrays.copyOfRange(end, 312, 624)))
                .withMessageContaining(
                        "guid 9223372036854778634, the BEGIN is of the one with guid 9223372036854778635");
    }

    @Test
    void damageIsNarrowedDownToWhatLiesBetweenTwoChecksums() {
        byte[] stream = StreamBuilder.current(LITTLE)
                .begin()
                .free()
                .write(StreamBuilder.bytes(512))
                .free()
                .end()
                .build();
        stream[312 + 312 + 312 + 100] ^= 4;

        assertThatRefused(StreamBuilder.current(LITTLE).raw(stream))
                .withMessageContaining(
                        "record 4 (FREE) at offset 1,448: checksum differs, the damage is between offsets"
                                + " 936 and 1,760");
    }

    @Test
    void withoutChecksumsInTheRecordsTheEndTellsOfDamage() {
        byte[] stream = StreamBuilder.old(LITTLE)
                .begin()
                .write(StreamBuilder.bytes(512))
                .end()
                .build();
        stream[700] ^= 4;

        assertThatRefused(StreamBuilder.current(LITTLE).raw(stream))
                .withMessageContaining("record 3 (END) at offset 1,136: checksum differs, the damage is between offsets"
                        + " 0 and 1,448");
    }

    @Test
    void aRefusedStreamStaysRefused() {
        SendStreamReader reader = new SendStreamReader("reading");
        byte[] garbage = new byte[312];
        byte[] good = StreamBuilder.current(LITTLE).begin().end().build();

        assertThatExceptionOfType(IntegrityException.class).isThrownBy(() -> reader.accept(garbage, 0, 312));
        assertThatExceptionOfType(IntegrityException.class).isThrownBy(() -> reader.accept(good, 0, good.length));
        assertThatExceptionOfType(IntegrityException.class).isThrownBy(reader::finish);
        assertThat(reader.releasable()).isZero();
    }

    @Test
    void messagesAreTheSameInEveryLanguage() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertThatRefused(StreamBuilder.current(LITTLE).begin().write(StreamBuilder.bytes(1024)))
                    .withMessageContaining("cut after 1,648 bytes, after record 2 (WRITE) at offset 312");
        } finally {
            Locale.setDefault(before);
        }
    }

    private static ThrowableAssertAlternative<IntegrityException> assertThatRefused(StreamBuilder stream) {
        return assertThatExceptionOfType(IntegrityException.class).isThrownBy(() -> Streams.read(stream.build()));
    }
}
