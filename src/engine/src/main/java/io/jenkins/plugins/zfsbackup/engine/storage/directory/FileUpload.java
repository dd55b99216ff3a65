package io.jenkins.plugins.zfsbackup.engine.storage.directory;

import io.jenkins.plugins.zfsbackup.engine.storage.Upload;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A file being written, flushed to the disk when it is finished. */
final class FileUpload extends Upload {

    private final Path file;
    private final FileChannel channel;
    private final OutputStream out;
    private long written;

    FileUpload(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
        this.out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
            written += length;
        } catch (IOException e) {
            throw DirectoryStorage.failure("writing " + file, e);
        }
    }

    @Override
    public long finish() throws IOException {
        try {
            out.flush();
            channel.force(true);
            channel.close();
            DirectoryStorage.flushParent(file);
            return written;
        } catch (IOException e) {
            throw DirectoryStorage.failure("writing " + file, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // What was written is abandoned, and a finished file is closed already.
        }
    }
}
