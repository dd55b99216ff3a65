package io.jenkins.plugins.zfsbackup.engine.openpgp;

/**
 * The key that one message's data is encrypted with.
 *
 * @param algorithm the cipher it is for
 * @param key as many bytes as the cipher takes
 */
record SessionKey(SymmetricAlgorithm algorithm, byte[] key) {}
