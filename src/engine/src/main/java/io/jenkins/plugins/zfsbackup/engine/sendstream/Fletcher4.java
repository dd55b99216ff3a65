package io.jenkins.plugins.zfsbackup.engine.sendstream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The running Fletcher-4 checksum of a stream: four sums, modulo 2<sup>64</sup>, over 32-bit words in the byte order of
 * the sender. The first sum adds up the words, each other one the sum before it (OpenZFS
 * {@code module/zcommon/zfs_fletcher.c}). The bytes can be added in pieces of any size; a word at the end of a piece is
 * completed from the next piece.
 */
final class Fletcher4 {

    /** The size of a checksum in bytes: four 64-bit words. */
    static final int BYTES = 4 * Long.BYTES;

    private static final VarHandle LITTLE_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LITTLE_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final long WORD = 0xffff_ffffL;

    private final byte[] cutWord = new byte[Integer.BYTES];
    private int cutBytes;
    private boolean bigEndian;
    private long a;
    private long b;
    private long c;
    private long d;

    /** Resets the checksum to zero. */
    void restart(ByteOrder senders) {
        bigEndian = senders == ByteOrder.BIG_ENDIAN;
        cutBytes = 0;
        a = 0;
        b = 0;
        c = 0;
        d = 0;
    }

    void update(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int at = completeCutWord(bytes, offset, end);
        int wholeWords = (end - at) & -Integer.BYTES;
        addWords(bytes, at, wholeWords);
        for (at += wholeWords; at < end; at++) {
            cutWord[cutBytes++] = bytes[at];
        }
    }

    /** Whether the sums equal those at the given offset of the header. */
    boolean agreesWith(RecordHeader header, int offset) {
        return a == header.int64(offset)
                && b == header.int64(offset + Long.BYTES)
                && c == header.int64(offset + 2 * Long.BYTES)
                && d == header.int64(offset + 3 * Long.BYTES);
    }

    private int completeCutWord(byte[] bytes, int offset, int end) {
        int at = offset;
        if (cutBytes > 0) {
            while (cutBytes < Integer.BYTES && at < end) {
                cutWord[cutBytes++] = bytes[at++];
            }
            if (cutBytes == Integer.BYTES) {
                cutBytes = 0;
                addWords(cutWord, 0, Integer.BYTES);
            }
        }
        return at;
    }

    /**
     * The hot loop: it keeps the sums in local variables and loads two words at once. In either byte order, the first
     * word of a pair is in its low half. Measurements showed no gain from unrolling the loop further or adding four
     * words at once.
     */
    private void addWords(byte[] bytes, int offset, int length) {
        long sumA = a;
        long sumB = b;
        long sumC = c;
        long sumD = d;
        int at = offset;
        int endOfPairs = offset + (length & -Long.BYTES);
        for (; at < endOfPairs; at += Long.BYTES) {
            long pair = bigEndian
                    ? Long.rotateLeft((long) BIG_LONG.get(bytes, at), Integer.SIZE)
                    : (long) LITTLE_LONG.get(bytes, at);
            sumA += pair & WORD;
            sumB += sumA;
            sumC += sumB;
            sumD += sumC;
            sumA += pair >>> Integer.SIZE;
            sumB += sumA;
            sumC += sumB;
            sumD += sumC;
        }
        if (at < offset + length) {
            sumA += (bigEndian ? (int) BIG_INT.get(bytes, at) : (int) LITTLE_INT.get(bytes, at)) & WORD;
            sumB += sumA;
            sumC += sumB;
            sumD += sumC;
        }
        a = sumA;
        b = sumB;
        c = sumC;
        d = sumD;
    }
}
