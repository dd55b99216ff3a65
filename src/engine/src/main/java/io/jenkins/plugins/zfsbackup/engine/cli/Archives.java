package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.openpgp.Encryption;
import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.repository.LocalState;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.run.Archive;
import io.jenkins.plugins.zfsbackup.engine.run.ManifestedArchive;
import io.jenkins.plugins.zfsbackup.engine.run.ManifestedStreams;
import io.jenkins.plugins.zfsbackup.engine.run.ReadKeys;
import io.jenkins.plugins.zfsbackup.engine.run.StoredStreams;
import io.jenkins.plugins.zfsbackup.engine.run.StreamSettings;
import io.jenkins.plugins.zfsbackup.engine.scripts.ScriptArchive;
import io.jenkins.plugins.zfsbackup.engine.scripts.ScriptFiles;
import io.jenkins.plugins.zfsbackup.engine.scripts.ScriptLayout;
import io.jenkins.plugins.zfsbackup.engine.scripts.ScriptStreams;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import io.jenkins.plugins.zfsbackup.engine.stream.Workers;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * The forms in which backups lie in a repository: the place that knows all of them, and reads {@code --layout}.
 *
 * @param script the script's layout in which new backups are stored; empty for the repository's own format
 */
record Archives(Optional<ScriptLayout> script) {

    /** New backups are stored in the repository's own format. */
    static final Archives NATIVE = new Archives(Optional.empty());

    /** A repository to be listed. */
    static Repository toList(Storage storage, LocalState local) {
        return Repository.readAnew(storage, local, new ScriptFiles(storage, Optional.empty()));
    }

    /**
     * A repository to be read.
     *
     * @param repository lists what is stored
     * @param streams open it
     */
    record Readable(Repository repository, StoredStreams streams) {}

    /** @param readKeys the keys to read and to believe backups with */
    static Readable toRead(Storage storage, LocalState local, Workers workers, ReadKeys readKeys) {
        ScriptFiles scripts = new ScriptFiles(storage, readKeys.decryptSigned());
        Repository repository = Repository.readAnew(storage, local, scripts);
        StoredStreams streams = new ManifestedStreams(repository, workers, readKeys);
        return new Readable(repository, new ScriptStreams(streams, scripts, readKeys));
    }

    /** @throws UsageException if there is no such layout */
    static Archives parse(String text, String pool) throws UsageException {
        Layout layout = Layout.parse(text)
                .orElseThrow(() -> new UsageException(
                        "backing up " + pool, "there is no layout " + text, "Layouts: " + Layout.names() + "."));
        return new Archives(ScriptLayout.ALL.stream()
                .filter(each -> each.layout() == layout)
                .findFirst());
    }

    /** To back up to. */
    Archive archive(Storage storage, LocalState local, StreamSettings settings, Clock clock) {
        ScriptFiles scripts = new ScriptFiles(storage, Optional.empty());
        Repository repository = new Repository(storage, local, scripts);
        return new ScriptArchive(new ManifestedArchive(repository, settings, clock), scripts, script);
    }

    private String doing(String pool) {
        return "backing up " + pool
                + script.map(each -> " in the layout " + each.layout().text()).orElse("");
    }

    /** @throws UsageException if backups are always encrypted, or never */
    void requireFits(List<String> recipients, boolean noEncryption, String signWith, String pool)
            throws UsageException {
        if (script.isEmpty()) {
            return;
        }
        if (script.get().encrypted() && noEncryption) {
            throw new UsageException(doing(pool), "it is always encrypted", Wording.LAYOUT_NEEDS_RECIPIENT.text());
        }
        if (!script.get().encrypted() && (!recipients.isEmpty() || signWith != null)) {
            throw new UsageException(
                    doing(pool), "it can neither be encrypted nor signed", Wording.LAYOUT_IS_OPEN.text());
        }
    }

    /** How volumes are encrypted. */
    VolumeFormat.Encrypt encrypt(Encryption encryption) {
        return script.isPresent() ? encryption::encryptCompressed : encryption::encrypt;
    }

    /**
     * How streams are compressed.
     *
     * @param wanted as options write it; empty for what is usual
     * @throws UsageException if that is none, or not possible
     */
    Compression compression(Optional<String> wanted, String pool) throws UsageException {
        Compression usual = script.map(ScriptLayout::compression).orElse(Compression.DEFAULT);
        if (wanted.isEmpty()) {
            return usual;
        }
        Compression chosen = Compression.parse(wanted.get())
                .orElseThrow(() -> new UsageException(
                        "backing up " + pool,
                        "'" + wanted.get() + "' is no compression",
                        "Write zstd[:1-19], gzip[:1-9] or none."));
        if (script.isPresent() && chosen.method() != usual.method()) {
            throw new UsageException(
                    doing(pool), "it does not know the compression " + wanted.get(), Wording.NO_COMPRESSION.text());
        }
        return chosen;
    }
}
