package io.jenkins.plugins.zfsbackup.engine.storage.directory;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** A file being read, whose errors name it. */
final class FileDownload extends FilterInputStream {

    private final Path file;

    FileDownload(Path file, InputStream in) {
        super(in);
        this.file = file;
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException e) {
            throw DirectoryStorage.failure("reading " + file, e);
        }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return super.read(bytes, offset, length);
        } catch (IOException e) {
            throw DirectoryStorage.failure("reading " + file, e);
        }
    }
}
