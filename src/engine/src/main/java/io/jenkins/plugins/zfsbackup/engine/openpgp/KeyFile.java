package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys in files that {@code gpg --export} or {@code --export-secret-keys} writes: armored or binary, one or
 * several, public, secret or both.
 */
final class KeyFile {
    private static final String NEXT =
            "Give a file as written by gpg --export or gpg --export-secret-keys, armored or binary.";

    private KeyFile() {}

    /**
     * The contents of files.
     *
     * @param known the supported keys, in order and without duplicates
     * @param unknown the keys with an unsupported version or algorithm, as sentences
     */
    record Keys(List<Certificate> known, List<String> unknown) {}

    /**
     * Reads files.
     *
     * @param doing the purpose of the keys, for messages
     * @param nextIfUnknown what to do if a file contains only unsupported keys, for messages
     * @throws UsageException if a file contains no supported key
     */
    static Keys read(List<byte[]> files, String doing, String nextIfUnknown) throws UsageException {
        Map<String, KeyBlock> blocks = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        for (byte[] file : files) {
            KeyReader reader = read(file, doing, blocks);
            if (!reader.foundKnown()) {
                throw reader.unknown().isEmpty()
                        ? new UsageException(doing, "the file is no OpenPGP key", NEXT)
                        : new UsageException(doing, String.join("; ", reader.unknown()), nextIfUnknown);
            }
            unknown.addAll(reader.unknown());
        }
        return new Keys(blocks.values().stream().map(Certificate::new).toList(), List.copyOf(unknown));
    }

    /** The keys of a file with an unsupported version or algorithm, as sentences; none if it is not a key file. */
    static List<String> unknown(byte[] file) {
        try {
            return read(file, "reading an OpenPGP key", new LinkedHashMap<>()).unknown();
        } catch (UsageException e) {
            return List.of();
        }
    }

    private static KeyReader read(byte[] file, String doing, Map<String, KeyBlock> blocks) throws UsageException {
        try {
            KeyReader reader = new KeyReader(blocks);
            for (byte[] packets : Armor.isText(file) ? Armor.keyBlocks(file) : List.of(file)) {
                reader.read(packets);
            }
            return reader;
        } catch (IOException | RuntimeException e) {
            // Bouncy Castle checks little of what it parses, so invalid data may cause any unchecked exception.
            throw new UsageException(doing, "the file is no OpenPGP key, or a damaged one", NEXT, e);
        }
    }
}
