package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;

/**
 * What was seen of a backup when it was last found whole.
 *
 * @param modified when its directory had been changed last, in seconds since 1970 by the server's clock
 * @param files a hash of the names, sizes and times of its files
 * @param keys tells the keys one of which had signed it; empty if nobody asked
 * @param turn counts up from run to run: of two, the one with the lower number was looked at longer ago
 */
public record SeenWhole(long modified, String files, String keys, long turn) {

    /** A hash that is the same only for files with the same names, sizes and times. */
    public static String hash(Collection<StoredFile> files) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            files.stream()
                    .sorted(Comparator.comparing(StoredFile::name))
                    .map(file -> file.name() + "\0" + file.directory() + "\0" + file.size() + "\0"
                            + file.modified().getEpochSecond() + "\n")
                    .forEach(line -> hash.update(line.getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(hash.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
