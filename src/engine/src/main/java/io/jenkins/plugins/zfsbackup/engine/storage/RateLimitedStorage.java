package io.jenkins.plugins.zfsbackup.engine.storage;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Limits the rate at which all files together are written, and ends the writes that are under way when a run is stopped:
 * one that waits for its turn would not notice.
 */
public final class RateLimitedStorage extends ForwardingStorage {

    private final Pace pace;

    /**
     * Takes a storage over, which is closed with this one.
     *
     * @param bytesPerSecond 0 for no limit
     */
    public RateLimitedStorage(Storage storage, long bytesPerSecond) {
        super(storage);
        this.pace = new Pace(bytesPerSecond);
    }

    @Override
    public Upload write(String path) throws BackupException {
        return new Paced(super.write(path));
    }

    @Override
    public long write(String path, Content content) throws IOException {
        return super.write(path, out -> content.writeTo(pace.apply(out)));
    }

    @Override
    public void stopWaiting() {
        pace.stop();
        super.stopWaiting();
    }

    @Override
    public void stop() {
        pace.stop();
        super.stop();
    }

    private final class Paced extends Upload {
        private final Upload upload;
        private final OutputStream out;

        Paced(Upload upload) {
            this.upload = upload;
            this.out = pace.apply(upload);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public long finish() throws IOException {
            return upload.finish();
        }

        @Override
        public void close() {
            upload.close();
        }
    }
}
