package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStreamReader;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the streams in files without a manifest say of themselves: guids come from their BEGIN records. Each file's head
 * is read once; what somebody has learned by reading the whole file is kept in its place.
 */
final class LegacyHeads {

    private final Storage storage;
    private final Map<LegacyFile, StreamInside> known = new ConcurrentHashMap<>();
    private volatile Optional<LegacyLayout.Decode> decrypt = Optional.empty();

    LegacyHeads(Storage storage) {
        this.storage = storage;
    }

    void readWith(LegacyLayout.Decode key) {
        decrypt = Optional.of(key);
    }

    void learn(LegacyFile file, StreamInside inside) {
        known.put(file, inside);
    }

    /**
     * What a file's stream says.
     *
     * @return empty if that can't be known, because it is encrypted and the key is not at hand
     * @throws IntegrityException if it does not begin with a whole BEGIN record
     */
    Optional<StreamInside> of(LegacyFile file) throws BackupException {
        StreamInside inside = known.get(file);
        if (inside != null) {
            return Optional.of(inside);
        }
        if (file.name().layout() == Layout.FLAT_GPG && decrypt.isEmpty()) {
            return Optional.empty();
        }
        Optional<StreamInside> read = read(file);
        read.ifPresent(found -> known.put(file, found));
        return read;
    }

    private Optional<StreamInside> read(LegacyFile file) throws BackupException {
        String doing = "reading the head of " + file.path();
        try (InputStream stored = storage.read(file.path());
                InputStream raw = LegacyLayout.of(file.name().layout())
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
