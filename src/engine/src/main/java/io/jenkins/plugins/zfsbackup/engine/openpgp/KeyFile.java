package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys in files as {@code gpg --export} or {@code --export-secret-keys} writes them: armored or binary, one or
 * several, public or secret or both.
 */
final class KeyFile {
    private static final String NEXT =
            "Give a file as written by gpg --export or gpg --export-secret-keys, armored or binary.";

    private KeyFile() {}

    /**
     * What files hold.
     *
     * @param known in order; a key that is there several times is one
     * @param unknown which keys are of a version or an algorithm that is unknown here, as sentences
     */
    record Keys(List<Certificate> known, List<String> unknown) {}

    /**
     * Reads files.
     *
     * @param doing what they are read for, for messages
     * @param nextIfUnknown what to do if a file holds only keys that are unknown here, for messages
     * @throws UsageException if a file holds no key that is known here
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

    /**
     * Which keys of a file are of a version or an algorithm that is unknown here, as sentences; none if it is no key
     * file.
     */
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
            // Bouncy Castle checks little of what it parses, so that rubbish may end in any unchecked exception.
            throw new UsageException(doing, "the file is no OpenPGP key, or a damaged one", NEXT, e);
        }
    }
}
