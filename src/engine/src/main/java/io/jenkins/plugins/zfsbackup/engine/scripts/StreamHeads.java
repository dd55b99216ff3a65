package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStreamReader;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the streams in files without a manifest say of themselves: guids come from their BEGIN records. Each file's head
 * is read once; what somebody has learned by reading the whole file is kept in its place.
 */
final class StreamHeads {

    private final Storage storage;
    private final Map<ScriptFile, StreamInside> known = new ConcurrentHashMap<>();
    private final Optional<VolumeFormat.Decrypt> decrypt;

    StreamHeads(Storage storage, Optional<VolumeFormat.Decrypt> decrypt) {
        this.storage = storage;
        this.decrypt = decrypt;
    }

    void learn(ScriptFile file, StreamInside inside) {
        known.put(file, inside);
    }

    /**
     * What a file's stream says.
     *
     * @return empty if that can't be known, because it is encrypted and the key is not at hand
     * @throws IntegrityException if it does not begin with a whole BEGIN record
     */
    Optional<StreamInside> of(ScriptFile file) throws BackupException {
        StreamInside inside = known.get(file);
        if (inside != null) {
            return Optional.of(inside);
        }
        if (file.layout().encrypted() && decrypt.isEmpty()) {
            return Optional.empty();
        }
        Optional<StreamInside> read = read(file);
        read.ifPresent(found -> known.put(file, found));
        return read;
    }

    private Optional<StreamInside> read(ScriptFile file) throws BackupException {
        String doing = "reading the head of " + file.path();
        try (InputStream stored = storage.read(file.path());
                InputStream raw = file.layout()
                        .decode(stored, message -> decrypt.orElseThrow().from(message))) {
            SendStreamReader reader = new SendStreamReader(doing);
            byte[] buffer = new byte[1 << 14];
            while (reader.begin().isEmpty()) {
                int read = raw.read(buffer);
                if (read < 0) {
                    reader.finish();
                }
                reader.accept(buffer, 0, Math.max(0, read));
            }
            return Optional.of(
                    StreamInside.head(reader.begin().get(), reader.packageHead().isPresent()));
        } catch (UsageException e) {
            // It is encrypted to somebody else: whoever restores it will hear of that.
            return Optional.empty();
        } catch (IntegrityException | RepositoryException | InterruptedRunException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new IntegrityException(
                    doing, "it is cut or damaged at its very beginning (" + Reason.of(e) + ")", "", e);
        }
    }
}
