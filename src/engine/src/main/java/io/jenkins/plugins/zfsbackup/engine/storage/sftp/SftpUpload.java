package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import com.jcraft.jsch.SftpATTRS;
import io.jenkins.plugins.zfsbackup.engine.storage.Upload;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A file being written. A connection that is lost ends it as out of reach: the caller has the bytes and starts again,
 * on another connection.
 */
final class SftpUpload extends Upload {

    /** Eight packets; small enough not to count beside JSch's own buffers. */
    private static final int BUFFER = 1 << 18;

    private final SftpStorage storage;
    private final String path;
    private final String absolute;
    private final Connections.Lease lease;
    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER];
    private int buffered;
    private long sent;
    private boolean over;

    SftpUpload(SftpStorage storage, String path, String absolute, Connections.Lease lease, OutputStream out) {
        this.storage = storage;
        this.path = path;
        this.absolute = absolute;
        this.lease = lease;
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        if (buffered == BUFFER) {
            drain();
        }
        buffer[buffered++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            if (buffered == BUFFER) {
                drain();
            }
            int some = Math.min(left, BUFFER - buffered);
            System.arraycopy(bytes, from, buffer, buffered, some);
            buffered += some;
            from += some;
            left -= some;
        }
    }

    private void drain() throws IOException {
        try {
            out.write(buffer, 0, buffered);
            sent += buffered;
            buffered = 0;
        } catch (LostConnection | ServerRefusal e) {
            throw failure(e);
        }
    }

    @Override
    public long finish() throws IOException {
        drain();
        try {
            out.close();
            long there =
                    lease.channel().follow(absolute).map(SftpATTRS::getSize).orElse(-1L);
            if (there != sent) {
                throw storage.failed(
                        "writing",
                        path,
                        there < 0 ? "it is not there afterwards" : "the server has " + there + " bytes of " + sent);
            }
            return sent;
        } catch (LostConnection | ServerRefusal e) {
            throw failure(e);
        } finally {
            over = true;
            lease.close();
        }
    }

    private IOException failure(IOException e) {
        over = true;
        boolean cut = lease.cut();
        lease.discard();
        return e instanceof ServerRefusal refusal && !cut
                ? storage.explained("writing", path, refusal)
                : storage.cut("writing", path, lease.reason(e));
    }

    /** Also ends a write that goes on in another thread. */
    @Override
    public void close() {
        if (!over) {
            over = true;
            lease.discard();
        }
    }
}
