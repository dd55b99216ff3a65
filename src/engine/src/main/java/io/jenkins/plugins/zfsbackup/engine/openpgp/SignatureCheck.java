package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.time.Instant;
import java.util.List;

/**
 * A signature that was checked and is good.
 *
 * @param fingerprint of the signer's primary key, in upper-case hexadecimal
 * @param keyFingerprint of the key that signed, maybe a subkey, in upper-case hexadecimal
 * @param userIds whom the key belongs to, as {@code Name <address>}; may be empty
 * @param made when it was signed, UTC, as the signer says
 */
public record SignatureCheck(String fingerprint, String keyFingerprint, List<String> userIds, Instant made) {}
