package io.jenkins.plugins.zfsbackup.engine.stream;

import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStreamReader;
import java.io.IOException;
import java.io.OutputStream;

/** Checks a raw stream and passes it on, except for what the reader does not let go before the whole stream is good. */
public final class CheckedOutput {

    private final SendStreamReader reader;
    private final OutputStream sink;
    private byte[] pending = new byte[0];
    private long passed;

    /**
     * @param label names the stream in messages
     * @param sink gets what may pass; it is flushed at the end, and not closed
     */
    public CheckedOutput(String label, OutputStream sink) {
        this.reader = new SendStreamReader(label);
        this.sink = sink;
    }

    /** Takes the next bytes of the stream; throws as {@link SendStreamReader#accept} and the sink do. */
    public void accept(byte[] bytes, int offset, int length) throws IOException {
        reader.accept(bytes, offset, length);
        long may = reader.releasable() - passed;
        int fromPending = (int) Math.min(may, pending.length);
        int fromBytes = (int) Math.max(0, Math.min(may - fromPending, length));
        sink.write(pending, 0, fromPending);
        sink.write(bytes, offset, fromBytes);
        passed += fromPending + fromBytes;
        keep(fromPending, bytes, offset + fromBytes, length - fromBytes);
    }

    /** What is kept is at most a record's header: some hundred bytes. */
    private void keep(int gone, byte[] bytes, int offset, int length) {
        byte[] kept = new byte[pending.length - gone + length];
        System.arraycopy(pending, gone, kept, 0, pending.length - gone);
        System.arraycopy(bytes, offset, kept, pending.length - gone, length);
        pending = kept;
    }

    /** What the stream says of itself, once all of it was taken; throws as {@link SendStreamReader#finish} does. */
    public SendStream finish() throws IOException {
        return reader.finish();
    }

    /** Lets the end of the stream go, once it agrees with all else that is known of it. */
    public void release() throws IOException {
        sink.write(pending);
        pending = new byte[0];
        sink.flush();
    }
}
