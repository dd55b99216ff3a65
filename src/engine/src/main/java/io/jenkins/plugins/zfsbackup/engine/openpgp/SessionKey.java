package io.jenkins.plugins.zfsbackup.engine.openpgp;

/**
 * The key that encrypts the data of one message.
 *
 * @param algorithm the cipher
 * @param key as many bytes as the cipher requires
 */
record SessionKey(SymmetricAlgorithm algorithm, byte[] key) {}
