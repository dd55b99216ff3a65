package io.jenkins.plugins.zfsbackup.engine.sendstream;

import java.util.Optional;
import java.util.Set;

/**
 * The reasons for which {@code zfs receive} refuses a complete stream. They are those of {@code dmu_recv_begin_check}
 * and the {@code recv_check_drr_…} functions in OpenZFS' {@code module/zfs/dmu_recv.c}, without the checks that depend
 * on the pool, such as whether it has a feature. The numbers of checksum and compression algorithms are not checked
 * either, because there may be new ones in the future.
 *
 * <p>An object serves one stream of one snapshot.
 */
final class ReceiveRules {

    /** SPA_MINBLOCKSIZE. */
    private static final long SMALLEST_BLOCK = 512;

    /** SPA_OLD_MAXBLOCKSIZE. */
    private static final long LARGE_BLOCK = 128 << 10;

    /** SPA_MAXBLOCKSIZE. */
    private static final long LARGEST_BLOCK = 16 << 20;

    /** DN_MAX_OBJECT. */
    private static final long OBJECTS = 1L << 48;

    /** DNODES_PER_BLOCK, and the slots of the largest dnode. */
    private static final int SLOTS = 32;

    /** DNODE_SHIFT: bytes in a slot, as a power of two. */
    private static final int SLOT_SHIFT = 9;

    /** The part of a dnode before its bonus buffer: DNODE_CORE_SIZE and a block pointer. */
    private static final int DNODE_WITHOUT_BONUS = 64 + 128;

    /** DRR_FLAG_SPILL_BLOCK of a BEGIN record. */
    private static final int FLAG_SPILL_BLOCK = 1 << 3;

    /** DMU_OT_NONE, DMU_OT_SA, DMU_OTN_UINT64_METADATA. */
    private static final int NO_TYPE = 0;

    private static final int SYSTEM_ATTRIBUTES = 44;
    private static final int METADATA_OF_NUMBERS = 0xC3;

    /** DMU_OT_NEWTYPE, DMU_OT_BYTESWAP_MASK, DMU_BSWAP_NUMFUNCS, DMU_OT_NUMTYPES. */
    private static final int NEW_TYPE = 0x80;

    private static final int BYTE_SWAP = 0x1F;
    private static final int BYTE_SWAPS = 10;
    private static final int OLD_TYPES = 54;

    /** DMU_OST_NUMTYPES. */
    private static final int KINDS_OF_DATASETS = 6;

    private final Set<Feature> features;
    private final boolean raw;

    private ReceiveRules(Set<Feature> features) {
        this.features = features;
        this.raw = features.contains(Feature.RAW);
    }

    /** The rules for the stream with this BEGIN record. */
    static ReceiveRules of(Begin begin) {
        return new ReceiveRules(begin.features());
    }

    /** Why the BEGIN record is refused; empty if it is not. */
    Optional<String> begin(RecordHeader header) {
        Optional<String> refused = Feature.objection(features);
        if (refused.isPresent()) {
            return refused;
        }
        if (raw && features.contains(Feature.EMBED_DATA)) {
            return Optional.of("it is raw and has embedded data");
        }
        if (raw && (header.int32(36) & FLAG_SPILL_BLOCK) == 0) {
            return Optional.of(
                    "it is raw and does not tell which objects have spill blocks, as OpenZFS before 0.8.1 made it");
        }
        if (Integer.compareUnsigned(header.int32(32), KINDS_OF_DATASETS) >= 0) {
            return Optional.of("it is of an unknown kind of dataset, " + Integer.toUnsignedString(header.int32(32)));
        }
        return Optional.empty();
    }

    /** Why a redacted stream is refused. */
    static String redactedWithoutSnapshots() {
        return "it is redacted and does not tell for which snapshots";
    }

    /** Why a record other than BEGIN and END is refused; empty if it is not. */
    Optional<String> record(RecordType type, RecordHeader header) {
        return switch (type) {
            case OBJECT -> object(header).or(() -> raw ? rawObject(header) : plainObject(header));
            case WRITE -> write(header);
            case SPILL -> spill(header);
            case WRITE_EMBEDDED -> embedded(header);
            case FREE ->
                objectId(header).or(() -> header.int64(24) == -1 ? Optional.empty() : overflow(header, 16, 24));
            case FREEOBJECTS -> overflow(header, 8, 16);
            case OBJECT_RANGE -> range(header);
            case REDACT ->
                when(!features.contains(Feature.REDACTED), "the stream is not redacted")
                        .or(() -> objectId(header));
            case WRITE_BYREF -> Optional.of(Feature.DEDUPLICATED);
            case BEGIN, END -> Optional.empty();
        };
    }

    private Optional<String> object(RecordHeader header) {
        long blockSize = Integer.toUnsignedLong(header.int32(24));
        int bonusType = header.int32(20);
        int bonus = header.int32(28);
        int slots = slots(header);
        boolean bonusFits = bonus == 0
                ? bonusType == NO_TYPE || bonusType == SYSTEM_ATTRIBUTES || bonusType == METADATA_OF_NUMBERS
                : bonusType != NO_TYPE;
        return objectId(header)
                .or(() -> when(header.int32(16) == NO_TYPE, "no type"))
                .or(() -> type(header.int32(16)))
                .or(() -> type(bonusType))
                .or(() -> when(!bonusFits, "a bonus of type " + bonusType + " and " + bonus + " bytes"))
                .or(() -> size("blocks", blockSize))
                .or(() -> when(blockSize % SMALLEST_BLOCK != 0, "blocks of " + blockSize + " bytes"))
                .or(() -> large(blockSize))
                .or(() -> when(slots > SLOTS, slots + " slots"))
                .or(() -> when(
                        slots > 1 && !features.contains(Feature.LARGE_DNODE), slots + " slots without large dnodes"))
                .or(() -> when(header.int64(8) + slots > OBJECTS, "more slots than there are objects"));
    }

    private static int slots(RecordHeader header) {
        return Math.max(1, header.int8(34));
    }

    private static Optional<String> plainObject(RecordHeader header) {
        int bonus = header.int32(28);
        boolean rawFields =
                header.int32(36) != 0 || header.int8(48) != 0 || header.int8(49) != 0 || header.int8(50) != 0;
        return when(
                        Integer.compareUnsigned(bonus, bonusRoom(header)) > 0,
                        "a bonus of " + Integer.toUnsignedString(bonus) + " bytes, where " + bonusRoom(header)
                                + " have room")
                .or(() -> when(rawFields, "fields of raw streams"));
    }

    private static Optional<String> rawObject(RecordHeader header) {
        int raw = header.int32(36);
        int levels = header.int8(49);
        int pointers = header.int8(50);
        return when(
                        Integer.compareUnsigned(raw, header.int32(28)) < 0
                                || Integer.compareUnsigned(raw, bonusRoom(header)) > 0,
                        "a raw bonus of " + Integer.toUnsignedString(raw) + " bytes")
                .or(() -> when(levels < 1, "no levels of blocks"))
                .or(() -> when(pointers < 1 || pointers > 3, pointers + " block pointers"));
    }

    private static int bonusRoom(RecordHeader header) {
        return (slots(header) << SLOT_SHIFT) - DNODE_WITHOUT_BONUS;
    }

    private Optional<String> write(RecordHeader header) {
        long logical = header.int64(32);
        long compressed = header.int64(96);
        boolean isCompressed = header.int8(50) != 0;
        return objectId(header)
                .or(() -> size("a block", logical))
                .or(() -> large(logical))
                .or(() -> when((isCompressed || raw) && compressed == 0, "a compressed block of 0 bytes"))
                .or(() -> when(
                        Long.compareUnsigned(compressed, logical) > 0, "a compressed block larger than what is in it"))
                .or(() -> when(
                        isCompressed && !raw && !features.contains(Feature.COMPRESSED),
                        "a compressed block in a stream without"))
                .or(() -> when(!isCompressed && !raw && compressed != 0, "a compressed size of a block that is not"))
                .or(() -> overflow(header, 24, 32))
                .or(() -> type(header.int32(16)));
    }

    private Optional<String> spill(RecordHeader header) {
        long logical = header.int64(16);
        long compressed = header.int64(40);
        return objectId(header)
                .or(() -> size("a spill block", logical))
                .or(() -> when(
                        raw == (compressed == 0), "a stored size of " + Long.toUnsignedString(compressed) + " bytes"))
                .or(() -> when(
                        Long.compareUnsigned(compressed, logical) > 0,
                        "a compressed spill block larger than what is in it"));
    }

    private Optional<String> embedded(RecordHeader header) {
        long length = header.int64(24);
        long logical = Integer.toUnsignedLong(header.int32(48));
        long physical = Integer.toUnsignedLong(header.int32(52));
        boolean compressed = header.int8(40) != 0;
        return when(raw, "the stream is raw")
                .or(() -> when(!features.contains(Feature.EMBED_DATA), "the stream is one without embedded data"))
                .or(() -> objectId(header))
                .or(() -> when(
                        Long.compareUnsigned(length, LARGEST_BLOCK) > 0,
                        "a block of " + Long.toUnsignedString(length) + " bytes"))
                .or(() -> large(length))
                .or(() -> when(
                        compressed ? logical < physical : logical != physical,
                        logical + " bytes stored as " + physical))
                .or(() -> when(logical > length, "more in a block than its size"))
                .or(() -> overflow(header, 16, 24));
    }

    private Optional<String> range(RecordHeader header) {
        long first = header.int64(8);
        long number = header.int64(16);
        return when(!raw, "the stream is not raw")
                .or(() -> when(number != SLOTS, "a range of " + Long.toUnsignedString(number) + " objects"))
                .or(() -> when(
                        first % SLOTS != 0 || first < 0 || first + SLOTS > OBJECTS,
                        "a range that begins at object " + Long.toUnsignedString(first)));
    }

    private static Optional<String> objectId(RecordHeader header) {
        long object = header.int64(8);
        return when(
                object == 0 || Long.compareUnsigned(object, OBJECTS) >= 0,
                "the object number " + Long.toUnsignedString(object));
    }

    private static Optional<String> type(int type) {
        boolean valid =
                (type & NEW_TYPE) != 0 ? (type & BYTE_SWAP) < BYTE_SWAPS : Integer.compareUnsigned(type, OLD_TYPES) < 0;
        return when(!valid, "the object type " + Integer.toUnsignedString(type));
    }

    private static Optional<String> size(String what, long bytes) {
        return when(
                Long.compareUnsigned(bytes, SMALLEST_BLOCK) < 0 || Long.compareUnsigned(bytes, LARGEST_BLOCK) > 0,
                what + " of " + Long.toUnsignedString(bytes) + " bytes, where " + SMALLEST_BLOCK + " to "
                        + LARGEST_BLOCK + " are possible");
    }

    private Optional<String> large(long bytes) {
        return when(
                Long.compareUnsigned(bytes, LARGE_BLOCK) > 0 && !features.contains(Feature.LARGE_BLOCKS),
                "a block of " + Long.toUnsignedString(bytes) + " bytes without large blocks");
    }

    /** Refuses a position and a length whose sum exceeds 64 bits. */
    private static Optional<String> overflow(RecordHeader header, int place, int length) {
        long start = header.int64(place);
        return when(
                Long.compareUnsigned(start + header.int64(length), start) < 0, "a range that leads beyond all objects");
    }

    private static Optional<String> when(boolean refused, String why) {
        return refused ? Optional.of(why) : Optional.empty();
    }
}
