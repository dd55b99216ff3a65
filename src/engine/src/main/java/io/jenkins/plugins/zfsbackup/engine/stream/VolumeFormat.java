package io.jenkins.plugins.zfsbackup.engine.stream;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.util.Native;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * How a raw volume becomes a stored one and back: compressed, then one OpenPGP message.
 *
 * @param compression of the volume
 * @param encrypt puts an OpenPGP message around what is written; closing it ends the message and not what is below
 */
public record VolumeFormat(Compression compression, Optional<Encrypt> encrypt) {

    /** Puts an OpenPGP message around an output. */
    @FunctionalInterface
    public interface Encrypt {
        /**
         * The stream to write the message's content to; closing it completes the message and leaves {@code sink} open.
         */
        OutputStream around(OutputStream sink) throws IOException;
    }

    /** Takes the content out of an OpenPGP message. */
    @FunctionalInterface
    public interface Decrypt {
        /** The message's content; reading to its end checks that the message is whole. */
        InputStream from(InputStream message) throws IOException;
    }

    private static final int BUFFER = 1 << 17;
    /** 8 MiB: twice what a frame of a chunk can refer back to. It is native memory, which each worker takes. */
    private static final int LARGEST_WINDOW_LOG = 23;

    private static final String GPG = ".gpg";

    /** Whether this platform has the native library that zstd needs. */
    public static boolean zstdAvailable() {
        try {
            Native.load();
            return true;
        } catch (UnsatisfiedLinkError | ExceptionInInitializerError e) {
            return false;
        }
    }

    /** The file name of the volume with this number, counted from 1. */
    String name(int number) {
        return String.format("%05d.zfs%s%s", number, compression.method().suffix(), encrypt.isPresent() ? GPG : "");
    }

    /** Writes a raw volume in its stored form; leaves the sink open. */
    void encode(RawVolume raw, OutputStream sink) throws IOException {
        if (compression.method() == Compression.Method.ZSTD) {
            try (OutputStream sealed = sealed(sink)) {
                zstd(raw, sealed);
            }
        } else {
            try (OutputStream out = around(sink)) {
                raw.writeTo(out);
            }
        }
    }

    private OutputStream sealed(OutputStream sink) throws IOException {
        OutputStream open = new KeepOpen(sink);
        return encrypt.isPresent() ? encrypt.get().around(open) : open;
    }

    /**
     * Each chunk becomes a frame of its own, from one array to another: as a stream, zstd would first copy all of it
     * into a window, and search that window at half the speed wherever it wraps around.
     */
    private void zstd(RawVolume raw, OutputStream out) throws IOException {
        byte[] frame = raw.borrow();
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            zstd.setLevel(compression.level()).setChecksum(true);
            raw.forEach((chunk, offset, length) ->
                    out.write(frame, 0, zstd.compressByteArray(frame, 0, frame.length, chunk, offset, length)));
        } finally {
            raw.giveBack(frame);
        }
    }

    /** Takes a raw stream of any length and writes it in its stored form; closing it leaves the sink open. */
    public OutputStream around(OutputStream sink) throws IOException {
        OutputStream sealed = sealed(sink);
        return switch (compression.method()) {
            case GZIP -> new LevelledGzip(sealed, compression.level());
            case NONE -> sealed;
            case ZSTD -> throw new IllegalArgumentException("zstd is for volumes, not for streams of any length");
        };
    }

    /**
     * The raw bytes of a stored volume, whose name tells what to undo. Takes a bounded memory, whatever is stored.
     *
     * @param rawBytes that should come out, which bounds what may be in the layers around them
     */
    static InputStream decode(String name, long rawBytes, InputStream stored, Decrypt decrypt) throws IOException {
        boolean encrypted = name.endsWith(GPG);
        String inner = encrypted ? name.substring(0, name.length() - GPG.length()) : name;
        InputStream compressed =
                encrypted ? new LimitedInput(decrypt.from(stored), Manifest.Volume.largestStored(rawBytes)) : stored;
        if (inner.endsWith(Compression.Method.ZSTD.suffix())) {
            return new ZstdInputStreamNoFinalizer(compressed)
                    .setContinuous(false)
                    .setLongMax(LARGEST_WINDOW_LOG);
        }
        if (inner.endsWith(Compression.Method.GZIP.suffix())) {
            return new GZIPInputStream(compressed, BUFFER);
        }
        return compressed;
    }

    private static final class LevelledGzip extends GZIPOutputStream {
        LevelledGzip(OutputStream out, int level) throws IOException {
            super(out, BUFFER);
            def.setLevel(level);
        }
    }

    /** Lets a layer be closed, so that it writes its end, without closing those below. */
    private static final class KeepOpen extends FilterOutputStream {
        KeepOpen(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
