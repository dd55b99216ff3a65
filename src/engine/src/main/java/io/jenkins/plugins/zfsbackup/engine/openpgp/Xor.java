package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Exclusive or over arrays, eight bytes at a time. A plain loop over bytes at two offsets is not turned into vector
 * instructions by the JIT compiler, which can't rule out that the arrays are one, and would take as long as AES.
 */
final class Xor {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private Xor() {}

    /** Changes {@code target} from its start on by so many bytes of {@code other}; the arrays must not be the same. */
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
