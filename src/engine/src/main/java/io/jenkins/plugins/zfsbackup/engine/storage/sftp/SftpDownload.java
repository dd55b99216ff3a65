package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import io.jenkins.plugins.zfsbackup.engine.storage.Download;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * A file being read. It ends where the file ended when it was opened: an end that comes sooner is an error, never the
 * end of the data. A lost connection ends it as out of reach.
 */
final class SftpDownload extends Download {

    private final SftpStorage storage;
    private final String path;
    private final Connections.Lease lease;
    private final InputStream in;
    private final long size;
    private long at;
    private volatile boolean over;

    /** @param offset at which the first byte is read */
    SftpDownload(SftpStorage storage, String path, long offset, Connections.Lease lease, SftpChannel.Opened opened) {
        this.storage = storage;
        this.path = path;
        this.lease = lease;
        this.in = opened.in();
        this.size = opened.size();
        this.at = offset;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        while (at < size) {
            try {
                int read = in.read(bytes, offset, (int) Math.min(length, size - at));
                if (read > 0) {
                    at += read;
                    return read;
                }
                if (read < 0) {
                    ended();
                }
            } catch (LostConnection e) {
                lease.discard();
                throw storage.cut("reading", path, lease.reason(e));
            } catch (ServerRefusal e) {
                lease.discard();
                throw storage.explained("reading", path, e);
            }
        }
        return -1;
    }

    /** JSch says "end" also for a connection that ended in the middle of an answer. */
    private void ended() throws IOException {
        if (lease.lost()) {
            throw new LostConnection("it ended in the middle of an answer", null);
        }
        throw storage.failed("reading", path, "it ended after " + at + " of " + size + " bytes");
    }

    /** Also ends a read that goes on in another thread. */
    @Override
    public void close() {
        if (over) {
            return;
        }
        over = true;
        if (at < size) {
            lease.discard();
            return;
        }
        // Closing takes two round trips more, for which the reader need not wait.
        storage.later(() -> {
            try {
                in.close();
                lease.close();
            } catch (IOException e) {
                lease.discard();
            }
        });
    }
}
