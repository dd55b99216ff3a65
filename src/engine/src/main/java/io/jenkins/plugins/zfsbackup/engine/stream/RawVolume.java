package io.jenkins.plugins.zfsbackup.engine.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** A run of a raw stream in memory, in chunks of a reserved share of the budget. Used by one thread at a time. */
final class RawVolume implements AutoCloseable {

    /**
     * As much as a pipe holds on Linux. For more than 128 KiB the JDK would fetch fresh memory from the system for each
     * single read.
     */
    private static final int READ = 1 << 16;

    private final Memory.Reservation reservation;
    private final List<byte[]> chunks = new ArrayList<>();
    private long size;

    RawVolume(Memory.Reservation reservation) {
        this.reservation = reservation;
    }

    long size() {
        return size;
    }

    /**
     * Appends what the input has, up to the end of a chunk.
     *
     * @return the bytes read, -1 at the end of the input
     */
    int readFrom(InputStream in, long limit) throws IOException {
        int used = (int) (size % Memory.CHUNK);
        if (used == 0 && size == (long) chunks.size() * Memory.CHUNK) {
            chunks.add(reservation.chunk());
        }
        byte[] chunk = chunks.get(chunks.size() - 1);
        int read = in.read(chunk, used, (int) Math.min(Math.min(READ, Memory.CHUNK - used), limit - size));
        if (read > 0) {
            size += read;
        }
        return read;
    }

    /** The chunk that {@link #readFrom} filled last. */
    byte[] lastChunk() {
        return chunks.get(chunks.size() - 1);
    }

    /** No more will be appended: what was reserved for it may be used by others, but for a chunk to compress into. */
    void complete() {
        reservation.shrinkTo(chunks.size() + 1);
    }

    /** An array of {@link Memory#ROOM} bytes to compress into, one at a time. */
    byte[] borrow() {
        return reservation.chunk();
    }

    /** Gives a borrowed array back. */
    void giveBack(byte[] borrowed) {
        reservation.recycle(borrowed);
    }

    void writeTo(OutputStream out) throws IOException {
        forEach(out::write);
    }

    void forEach(Each each) throws IOException {
        long left = size;
        for (byte[] chunk : chunks) {
            int length = (int) Math.min(Memory.CHUNK, left);
            each.accept(chunk, 0, length);
            left -= length;
        }
    }

    String sha256() throws IOException {
        MessageDigest digest = Hashes.sha256();
        forEach(digest::update);
        return Hashes.hex(digest);
    }

    @Override
    public void close() {
        chunks.forEach(reservation::recycle);
        chunks.clear();
        size = 0;
        reservation.close();
    }

    /** Gets a piece of a volume. */
    @FunctionalInterface
    interface Each {
        void accept(byte[] chunk, int offset, int length) throws IOException;
    }
}
