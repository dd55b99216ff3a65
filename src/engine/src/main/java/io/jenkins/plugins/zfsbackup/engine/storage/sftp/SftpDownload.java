package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * A file being read. When the connection is lost it goes on from where it was, on another one. It ends where the file
 * ended when it was opened: an end that comes sooner is an error, never the end of the data.
 */
final class SftpDownload extends InputStream {

    private final SftpStorage storage;
    private final String path;
    private final long size;
    private Connections.Lease lease;
    private InputStream in;
    private long received;
    private boolean closed;

    SftpDownload(SftpStorage storage, String path, Connections.Lease lease, SftpChannel.Opened opened) {
        this.storage = storage;
        this.path = path;
        this.lease = lease;
        this.in = opened.in();
        this.size = opened.size();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        while (received < size) {
            try {
                int read = in.read(bytes, offset, (int) Math.min(length, size - received));
                if (read > 0) {
                    received += read;
                    return read;
                }
                if (read < 0) {
                    ended();
                }
            } catch (LostConnection e) {
                resume(e);
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
        throw storage.failed("reading", path, "it ended after " + received + " of " + size + " bytes");
    }

    private void resume(LostConnection lost) throws BackupException {
        lease.discard();
        if (closed) {
            throw storage.outOfReach("reading", path, lost);
        }
        storage.reopen(path, received, (next, opened) -> {
            if (opened.size() != size) {
                throw storage.failed("reading", path, "it changed while it was read");
            }
            lease = next;
            in = opened.in();
        });
    }

    /** Also ends a read that goes on in another thread. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (received < size) {
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
