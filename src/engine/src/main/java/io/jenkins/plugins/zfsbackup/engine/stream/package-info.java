/**
 * The data path. Out: a send stream is read on one thread, checked, and cut into raw volumes, which a pool of workers
 * compresses, encrypts and uploads. Back: volumes are fetched, checked, decrypted and put together again, and no byte
 * goes on before its volume's hash was checked, nor the END record before the whole stream was accounted for. Memory
 * is bounded by one budget, whose exhaustion stops the reading of {@code zfs send}.
 */
package io.jenkins.plugins.zfsbackup.engine.stream;
