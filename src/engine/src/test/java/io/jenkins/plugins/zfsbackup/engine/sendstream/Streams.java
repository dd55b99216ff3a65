package io.jenkins.plugins.zfsbackup.engine.sendstream;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Named;

/** Streams to read, and ways to read them. */
final class Streams {

    private Streams() {}

    static SendStream read(byte[] stream) throws IntegrityException {
        return read(stream, stream.length);
    }

    /** Reads the stream in pieces of the given size. */
    static SendStream read(byte[] stream, int piece) throws IntegrityException {
        SendStreamReader reader = new SendStreamReader("reading the send stream of tank/a@b");
        for (int at = 0; at < stream.length; at += piece) {
            reader.accept(stream, at, Math.min(piece, stream.length - at));
        }
        return reader.finish();
    }

    /** Small undamaged streams of each make: with old and new checksums, in both byte orders. */
    static List<Named<byte[]>> small() {
        List<Named<byte[]>> streams = new ArrayList<>();
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            streams.add(Named.of(
                    "current " + order, plain(StreamBuilder.current(order)).build()));
            streams.add(Named.of("old " + order, plain(StreamBuilder.old(order)).build()));
            streams.add(Named.of(
                    "current package " + order,
                    packaged(StreamBuilder.current(order)).build()));
            streams.add(Named.of(
                    "old package " + order, packaged(StreamBuilder.old(order)).build()));
        }
        return streams;
    }

    /** A stream with three small records between BEGIN and END. */
    static StreamBuilder plain(StreamBuilder builder) {
        return builder.begin()
                .object(20, 0, 24)
                .write(StreamBuilder.bytes(64))
                .free()
                .end();
    }

    /** A package of two streams, the first of them without a record. */
    static StreamBuilder packaged(StreamBuilder builder) {
        return builder.packageHead(StreamBuilder.bytes(36))
                .packageHeadEnd()
                .begin(StreamBuilder.SINGLE, 11, 10, "tank/a@early", new byte[0])
                .end()
                .begin(StreamBuilder.SINGLE, StreamBuilder.TO, 11, "tank/a@b", new byte[0])
                .write(StreamBuilder.bytes(16))
                .end()
                .packageEnd();
    }

    /** A stream made by a real ZFS (zfs-fuse 0.7.0, pool version 23), from the test resources. */
    static byte[] real(String name) throws IOException {
        try (InputStream file = Streams.class.getResourceAsStream("/sendstream/" + name + ".zfs.gz");
                InputStream stream = new GZIPInputStream(file)) {
            return stream.readAllBytes();
        }
    }
}
