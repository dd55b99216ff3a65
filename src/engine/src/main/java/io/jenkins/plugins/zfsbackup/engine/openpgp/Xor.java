package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Exclusive or over arrays, eight bytes at a time. The JIT compiler does not vectorize a simple loop over bytes at two
 * offsets, because the two arrays might be the same. Such a loop would take as long as AES.
 */
final class Xor {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private Xor() {}

    /**
     * Applies exclusive or with bytes of {@code other} to the start of {@code target}. The arrays must not be the same.
     */
    static void into(byte[] target, byte[] other, int otherOffset, int length) {
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            LONG.set(target, i, (long) LONG.get(target, i) ^ (long) LONG.get(other, otherOffset + i));
        }
        for (; i < length; i++) {
            target[i] ^= other[otherOffset + i];
        }
    }
}
