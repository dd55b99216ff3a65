package io.jenkins.plugins.zfsbackup.engine.sendstream;

import io.jenkins.plugins.zfsbackup.engine.model.Guid;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Checks a ZFS send stream while it is transferred, in pieces of any size, without keeping it.
 *
 * <p>A stream is a sequence of records: a header of 312 bytes, and for some types a payload whose length follows from
 * the header. BEGIN is the first record and END the last. A package is a stream without data, followed by a stream for
 * each snapshot and one more END. Since 2015, each record except BEGIN contains the Fletcher-4 checksum of everything
 * before it in its stream; before that, only END does. Both are checked as {@code zfs receive} does
 * ({@code receive_read_payload_and_next_header} in OpenZFS' {@code dmu_recv.c}). Bytes that no checksum covers must
 * have the values that every sender writes, so that each flipped bit is detected.
 *
 * <p>Not thread-safe. After a stream was refused, everything that follows is refused as well.
 */
public final class SendStreamReader {

    private static final String DAMAGED =
            "This stream can't be relied on: send the snapshot again, or restore from another backup.";
    private static final String CUT =
            "Part of the stream is missing: send the snapshot again, or restore from another backup.";
    private static final String TOO_NEW = "A ZFS newer than this program may have made the stream: update ZFS Backup.";

    /** What is known of each stream stays in memory. */
    private static final int MOST_STREAMS = Manifest.MOST_BETWEEN + 1;

    /** BEGINNV_REDACT_SNAPS: the snapshots for which a redacted stream was made. */
    private static final String REDACTION_SNAPSHOTS = "redact_snaps";

    /** The maximum size of that list in bytes. It contains 8 bytes for each snapshot. */
    private static final int LARGEST_REDACTION = 1 << 20;

    /** The position in the stream of the next header. */
    private enum Place {
        /** At the start of the stream. */
        START,
        /** After the BEGIN of a package: its END is next. */
        PACKAGE_HEAD,
        /** In a package, between two streams. */
        BETWEEN_STREAMS,
        /** After the BEGIN of a snapshot's stream. */
        IN_STREAM,
        /** After the last END. */
        DONE
    }

    private final String doing;
    private final RecordHeader header = new RecordHeader();
    private final Fletcher4 checksum = new Fletcher4();
    private final List<Begin> streams = new ArrayList<>();

    private Place place = Place.START;
    private Optional<Begin> packageHead = Optional.empty();
    private Optional<ReceiveRules> rules = Optional.empty();
    private Optional<String> objection = Optional.empty();
    private Optional<ByteArrayOutputStream> redaction = Optional.empty();
    private IntegrityException refusal;
    private long position;
    private long releasable;
    private long records;
    private long recordStart;
    private long payloadLength;
    private long payloadLeft;
    private long checkedUpTo;

    /**
     * @param doing what is being done, as the start of error messages, such as "reading the send stream of tank/a@b"
     */
    public SendStreamReader(String doing) {
        this.doing = doing;
    }

    /**
     * Checks the next bytes of the stream.
     *
     * @throws IntegrityException if they can't be part of an undamaged stream whose format is fully known; the message
     *     names the record by type, number (from 1) and offset in bytes
     */
    public void accept(byte[] buffer, int offset, int length) throws IntegrityException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        throwRefusal();
        int at = offset;
        int end = offset + length;
        while (at < end) {
            at += payloadLeft > 0 ? payload(buffer, at, end - at) : header(buffer, at, end - at);
        }
    }

    /**
     * The number of bytes from the start of the stream that may be passed on to {@code zfs receive} before the whole
     * stream has been checked. The receiver makes a snapshot when it gets the END of a stream. Therefore an END is held
     * back until something other than the END of the package follows it, so that the last snapshot is not made too
     * early. (The earlier snapshots of a package are.) A header is held back until it is complete. Together that is at
     * most two headers. After {@link #finish()} all bytes may be passed on.
     */
    public long releasable() {
        return releasable;
    }

    /**
     * The first BEGIN record that leads to a snapshot, as soon as it has been read. A later checksum tells whether it
     * is damaged: that of the next record, or in streams from before 2015 that of END.
     */
    public Optional<Begin> begin() {
        return streams.isEmpty() ? Optional.empty() : Optional.of(streams.get(0));
    }

    /**
     * Why current versions of {@code zfs receive} do not accept the stream although it may be complete, as soon as a
     * reason has been read. It names the record by type, number (from 1) and offset in bytes.
     */
    public Optional<String> objection() {
        return objection;
    }

    /** The BEGIN record of a package, as soon as it has been read; empty for a stream of a single snapshot. */
    public Optional<Begin> packageHead() {
        return packageHead;
    }

    /**
     * Ends the stream and returns its properties.
     *
     * @throws IntegrityException if the stream is empty or truncated, or was refused before
     */
    public SendStream finish() throws IntegrityException {
        throwRefusal();
        if (position == 0) {
            throw refuse(CUT, "the stream is empty");
        }
        if (payloadLeft > 0) {
            long there = payloadLength - payloadLeft;
            throw refuse(
                    CUT,
                    "cut after %,d bytes, %,d bytes into the %,d bytes of payload of %s",
                    position,
                    there,
                    payloadLength,
                    record());
        }
        if (!header.empty()) {
            throw refuse(
                    CUT,
                    "cut after %,d bytes, in the header of record %,d at offset %,d",
                    position,
                    records + 1,
                    recordStart);
        }
        if (place != Place.DONE) {
            throw refuse(CUT, "cut after %,d bytes, after %s: the last END is missing", position, record());
        }
        if (streams.isEmpty()) {
            throw refuse(CUT, "a package without a single snapshot in it");
        }
        releasable = position;
        return new SendStream(packageHead, streams, position, records, objection);
    }

    private int payload(byte[] buffer, int offset, int available) {
        int length = (int) Math.min(payloadLeft, available);
        checksum.update(buffer, offset, length);
        redaction.ifPresent(told -> told.write(buffer, offset, Math.min(length, LARGEST_REDACTION - told.size())));
        payloadLeft -= length;
        position += length;
        releasable = position;
        if (payloadLeft == 0) {
            judgeRedaction();
        }
        return length;
    }

    private int header(byte[] buffer, int offset, int available) throws IntegrityException {
        if (place == Place.DONE) {
            throw refuse(DAMAGED, "bytes follow the stream's END, at offset %,d", position);
        }
        if (header.empty()) {
            recordStart = position;
        }
        int taken = header.gather(buffer, offset, available);
        position += taken;
        if (header.complete()) {
            records++;
            place = placeAfterRecord();
            header.clear();
            if (place != Place.BETWEEN_STREAMS && place != Place.DONE) {
                releasable = position;
            }
        }
        return taken;
    }

    private Place placeAfterRecord() throws IntegrityException {
        return switch (place) {
            case START -> begin(true);
            case PACKAGE_HEAD -> packageHeadEnd();
            case BETWEEN_STREAMS -> header.isEnd() ? packageEnd() : begin(false);
            case IN_STREAM -> header.isEnd() ? streamEnd() : streamRecord();
            case DONE -> throw new IllegalStateException("no record follows the last");
        };
    }

    private Place begin(boolean first) throws IntegrityException {
        if (!header.recogniseByteOrder() || header.type() != RecordType.BEGIN.ordinal()) {
            throw first
                    ? refuse(DAMAGED, "not a ZFS send stream: it does not start with a BEGIN record")
                    : refuse(
                            DAMAGED,
                            "record %,d at offset %,d: neither a BEGIN nor an END record",
                            records,
                            recordStart);
        }
        int headerType = header.headerType();
        if (headerType != RecordHeader.SINGLE_STREAM && !(first && headerType == RecordHeader.PACKAGE)) {
            throw refuse(DAMAGED, "%s: header type %d, which can't be here", record(), headerType);
        }
        Begin begin = knownBegin();
        checksum.restart(header.byteOrder());
        header.addTo(checksum, 0, RecordHeader.BYTES);
        checkedUpTo = recordStart;
        expectPayload(RecordType.BEGIN);
        if (headerType == RecordHeader.PACKAGE) {
            packageHead = Optional.of(begin);
            return Place.PACKAGE_HEAD;
        }
        if (streams.size() == MOST_STREAMS) {
            throw refuse(DAMAGED, "%s: more than %,d streams in one package", record(), MOST_STREAMS);
        }
        streams.add(begin);
        judge(begin);
        return Place.IN_STREAM;
    }

    private Begin knownBegin() throws IntegrityException {
        long unknown = Feature.unknown(header.features());
        if (unknown != 0) {
            BitSet numbers = BitSet.valueOf(new long[] {unknown});
            throw refuse(TOO_NEW, "%s: unknown feature flags %s", record(), numbers);
        }
        String name = header.toName();
        if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
            throw refuse(DAMAGED, "%s: no name of a snapshot in it", record());
        }
        long created = header.created();
        if (created < 0 || created > Instant.MAX.getEpochSecond()) {
            throw refuse(DAMAGED, "%s: created %,d seconds after 1970", record(), created);
        }
        return header.begin();
    }

    private Place packageHeadEnd() throws IntegrityException {
        if (!header.isEnd()) {
            throw refuse(DAMAGED, "%s: an END should be here", record());
        }
        checkEndChecksum();
        checkHeader();
        checkUnused(RecordHeader.END_TO_GUID);
        return Place.BETWEEN_STREAMS;
    }

    /**
     * The last END of a package contains no checksum, only zeros: see {@code send_conclusion_record} in
     * libzfs_sendrecv.c.
     */
    private Place packageEnd() throws IntegrityException {
        checkHeader();
        checkUnused(RecordHeader.END_CHECKSUM);
        return Place.DONE;
    }

    private Place streamEnd() throws IntegrityException {
        checkEndChecksum();
        checkHeader();
        checkUnused(RecordHeader.END_TO_GUID + Long.BYTES);
        long began = streams.get(streams.size() - 1).toGuid();
        long ended = header.endToGuid();
        if (ended != began && ended != 0) {
            throw refuse(
                    DAMAGED,
                    "%s: it is of the snapshot with guid %s, the BEGIN is of the one with guid %s",
                    record(),
                    Guid.format(ended),
                    Guid.format(began));
        }
        return packageHead.isPresent() ? Place.BETWEEN_STREAMS : Place.DONE;
    }

    private Place streamRecord() throws IntegrityException {
        checkHeader();
        int number = header.type();
        if (!RecordType.knows(number)) {
            throw refuse(TOO_NEW, "%s: records of this type are not known here", record());
        }
        RecordType type = RecordType.numbered(number);
        if (type == RecordType.BEGIN) {
            throw refuse(CUT, "%s: the stream before it has no END", record());
        }
        expectPayload(type);
        if (objection.isEmpty()) {
            object(rules.orElseThrow().record(type, header));
        }
        return Place.IN_STREAM;
    }

    private void judge(Begin begin) {
        ReceiveRules own = ReceiveRules.of(begin);
        rules = Optional.of(own);
        object(own.begin(header));
        if (begin.features().contains(Feature.REDACTED)) {
            redaction = Optional.of(new ByteArrayOutputStream());
            if (payloadLeft == 0) {
                judgeRedaction();
            }
        }
    }

    /** The payload of BEGIN is a packed list of names and values, which contains the name unchanged. */
    private void judgeRedaction() {
        boolean told = redaction
                .map(payload -> payload.toString(StandardCharsets.ISO_8859_1).contains(REDACTION_SNAPSHOTS))
                .orElse(true);
        redaction = Optional.empty();
        object(told ? Optional.empty() : Optional.of(ReceiveRules.redactedWithoutSnapshots()));
    }

    private void object(Optional<String> refused) {
        objection = objection.or(() -> refused.map(why -> record() + ": " + why));
    }

    private void checkEndChecksum() throws IntegrityException {
        if (!checksum.agreesWith(header, RecordHeader.END_CHECKSUM)) {
            throw checksumDiffers();
        }
    }

    /** Compares the running checksum with that of the record, if it has one. */
    private void checkHeader() throws IntegrityException {
        header.addTo(checksum, 0, RecordHeader.CHECKSUM);
        if (header.carriesChecksum()) {
            if (!checksum.agreesWith(header, RecordHeader.CHECKSUM)) {
                throw checksumDiffers();
            }
            checkedUpTo = position;
        }
        header.addTo(checksum, RecordHeader.CHECKSUM, RecordHeader.BYTES);
    }

    /** No checksum covers an END without a checksum of its own, so its bytes must be those that all senders write. */
    private void checkUnused(int endOfFields) throws IntegrityException {
        if (!header.carriesChecksum() && !header.unusedFrom(endOfFields)) {
            throw refuse(DAMAGED, "%s: bytes that have to be zero are not", record());
        }
    }

    private void expectPayload(RecordType type) throws IntegrityException {
        long length = header.payloadLength(type);
        if (Long.compareUnsigned(length, type.longestPayload()) > 0) {
            throw refuse(
                    DAMAGED,
                    "%s: %s bytes of payload, where %,d are the most",
                    record(),
                    Long.toUnsignedString(length),
                    type.longestPayload());
        }
        // All senders pad to 8 bytes. The checksum ignores the rest of a payload after its last whole word.
        if (length % Integer.BYTES != 0) {
            throw refuse(DAMAGED, "%s: %,d bytes of payload, which is no multiple of 4", record(), length);
        }
        payloadLength = length;
        payloadLeft = length;
    }

    /** The current record, for messages. */
    private String record() {
        return english("record %,d (%s) at offset %,d", records, RecordType.describe(header.type()), recordStart);
    }

    private IntegrityException checksumDiffers() {
        return refuse(
                DAMAGED,
                "%s: checksum differs, the damage is between offsets %,d and %,d",
                record(),
                checkedUpTo,
                position);
    }

    private IntegrityException refuse(String next, String said, Object... details) {
        refusal = new IntegrityException(doing, english(said, details), next);
        return refusal;
    }

    private static String english(String format, Object... details) {
        return String.format(Locale.ROOT, format, details);
    }

    private void throwRefusal() throws IntegrityException {
        if (refusal != null) {
            throw refusal;
        }
    }
}
