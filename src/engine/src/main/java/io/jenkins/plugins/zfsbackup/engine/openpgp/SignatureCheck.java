package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.time.Instant;
import java.util.List;

/**
 * A signature that was found valid.
 *
 * @param fingerprint the fingerprint of the signer's primary key, in upper-case hexadecimal
 * @param keyFingerprint the fingerprint of the key that signed, possibly a subkey, in upper-case hexadecimal
 * @param userIds the owner of the key, as {@code Name <address>}; may be empty
 * @param made when it was signed according to the signer, UTC
 */
public record SignatureCheck(String fingerprint, String keyFingerprint, List<String> userIds, Instant made) {}
