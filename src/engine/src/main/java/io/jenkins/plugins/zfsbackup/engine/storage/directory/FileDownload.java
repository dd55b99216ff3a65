package io.jenkins.plugins.zfsbackup.engine.storage.directory;

import io.jenkins.plugins.zfsbackup.engine.storage.Download;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file being read, whose errors name it. */
final class FileDownload extends Download {

    private final Path file;
    private final long size;
    private final InputStream in;

    FileDownload(Path file, long size, long offset) throws IOException {
        this.file = file;
        this.size = size;
        this.in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        try {
            in.skipNBytes(offset);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return in.read(bytes, offset, length);
        } catch (IOException e) {
            throw DirectoryStorage.failure("reading " + file, e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
