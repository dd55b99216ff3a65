package io.jenkins.plugins.zfsbackup.agent;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Takes so many bytes and no more: who sends them is not trusted to stop. */
final class BoundedOutput extends FilterOutputStream {

    private long left;

    BoundedOutput(OutputStream out, long most) {
        super(out);
        left = most;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int taken = (int) Math.min(left, length);
        out.write(bytes, offset, taken);
        left -= taken;
        if (taken < length) {
            throw new IOException("more than may come");
        }
    }
}
