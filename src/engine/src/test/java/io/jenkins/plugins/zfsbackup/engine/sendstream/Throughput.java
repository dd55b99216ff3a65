package io.jenkins.plugins.zfsbackup.engine.sendstream;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * Measures how fast streams of 1 GiB are read on one core; run by hand: the figures depend on the machine.
 * Prints MB (10<sup>6</sup> bytes) per second of processor time for each byte order, size of block and size of piece,
 * best of five turns.
 */
final class Throughput {

    private static final long GIB = 1L << 30;
    private static final int TURNS = 5;

    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private Throughput() {}

    /** Takes no arguments. */
    public static void main(String... arguments) throws Exception {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            for (int block : new int[] {512, 4096, 128 << 10, 1 << 20}) {
                for (int piece : new int[] {64 << 10, 1 << 20}) {
                    measure(order, block, piece);
                }
            }
        }
    }

    private static void measure(ByteOrder order, int block, int piece) throws Exception {
        byte[] part = part(order, block);
        double best = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            SendStreamReader reader = new SendStreamReader("measuring");
            byte[] head = StreamBuilder.current(order)
                    .packageHead(StreamBuilder.bytes(64))
                    .packageHeadEnd()
                    .build();
            reader.accept(head, 0, head.length);
            long done = 0;
            long start = CLOCK.getCurrentThreadCpuTime();
            while (done < GIB) {
                for (int at = 0; at < part.length; at += piece) {
                    reader.accept(part, at, Math.min(piece, part.length - at));
                }
                done += part.length;
            }
            best = Math.max(best, done * 1e3 / (CLOCK.getCurrentThreadCpuTime() - start));
        }
        System.out.printf(Locale.ROOT, "%s, blocks of %,d, pieces of %,d: %,.0f MB/s%n", order, block, piece, best);
    }

    /** A whole stream of about 8 MiB, to be repeated as the streams of a package. */
    private static byte[] part(ByteOrder order, int block) {
        StreamBuilder builder = StreamBuilder.current(order).begin();
        byte[] payload = StreamBuilder.bytes(block);
        for (int length = 0; length < 8 << 20; length += block) {
            builder.write(payload);
        }
        return builder.end().build();
    }
}
