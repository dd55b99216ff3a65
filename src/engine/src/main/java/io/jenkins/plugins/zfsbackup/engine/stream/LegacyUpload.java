package io.jenkins.plugins.zfsbackup.engine.stream;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStreamReader;
import io.jenkins.plugins.zfsbackup.engine.storage.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.LongConsumer;

/**
 * Stores one send stream as one file, as the old scripts did: in one pass, without keeping anything in memory, so that
 * a connection that is lost for good costs the whole file.
 */
public final class LegacyUpload {

    private final VolumeFormat format;
    private final Pace pace;
    private final String label;
    private final LongConsumer progress;
    private volatile Runnable stop = () -> {};
    private volatile boolean cancelled;

    /**
     * @param format what is around the stream
     * @param label names the stream in messages
     * @param progress gets the raw bytes read so far
     */
    public LegacyUpload(VolumeFormat format, Pace pace, String label, LongConsumer progress) {
        this.format = format;
        this.pace = pace;
        this.label = label;
        this.progress = progress;
    }

    /**
     * What was stored.
     *
     * @param stream what the stream says of itself
     * @param storedBytes of the file
     */
    public record Stored(SendStream stream, long storedBytes) {}

    /** Ends the stream from another thread; {@link #store} then throws an {@link InterruptedRunException}. */
    public void cancel() {
        cancelled = true;
        stop.run();
    }

    /**
     * Stores the stream; when this returns, the storage has confirmed every byte, the producer has ended well, and the
     * stream's END record was seen and agrees.
     */
    public Stored store(StreamUpload.Producer producer, Upload upload) throws IOException {
        stop = producer::kill;
        SendStreamReader reader = new SendStreamReader(label);
        try (upload) {
            try (OutputStream encoded = format.around(pace.apply(upload))) {
                InputStream in = producer.output();
                byte[] buffer = new byte[1 << 17];
                long total = 0;
                for (int read; (read = in.read(buffer)) >= 0; ) {
                    checkCancelled();
                    reader.accept(buffer, 0, read);
                    StreamUpload.requireReceivable(reader, label);
                    encoded.write(buffer, 0, read);
                    total += read;
                    progress.accept(total);
                }
            }
            checkCancelled();
            // The producer's own words come first: a stream that it cut is its failure, not the stream's.
            producer.finish();
            SendStream stream = reader.finish();
            return new Stored(stream, upload.finish());
        } catch (IOException e) {
            checkCancelled();
            throw e;
        } finally {
            producer.kill();
        }
    }

    private void checkCancelled() throws InterruptedRunException {
        if (cancelled) {
            throw new InterruptedRunException(
                    label, "the run was stopped", "Run again; nothing half-done is left as a backup.");
        }
    }
}
