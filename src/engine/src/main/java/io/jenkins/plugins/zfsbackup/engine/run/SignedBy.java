package io.jenkins.plugins.zfsbackup.engine.run;

/**
 * Whose signatures count.
 *
 * @param keys tells the keys from all others
 * @param check checks a signature
 */
public record SignedBy(String keys, ReadKeys.VerifySignature check) {}
