package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;

/**
 * All parts of a key that files contain: the primary key, the user ids and subkeys, each with its signatures, and the
 * secret parts (RFC 9580, section 10.1). If files contain a key several times, with other signatures, or separately its
 * public and secret part, they are merged, as {@code gpg --import} does. Nothing has been checked.
 */
final class KeyBlock {
    private final PGPPublicKey primary;
    private final Signatures onPrimary = new Signatures();
    private final Map<ByteBuffer, Signatures> userIds = new LinkedHashMap<>();
    private final Map<String, Subkey> subkeys = new LinkedHashMap<>();
    private final Map<String, List<SecretPart>> secrets = new LinkedHashMap<>();
    private final List<String> unknown = new ArrayList<>();

    KeyBlock(PGPPublicKey primary) {
        this.primary = primary;
    }

    /** Signatures without duplicates, in the order in which they were added. */
    static final class Signatures {
        private final Map<ByteBuffer, PGPSignature> byEncoding = new LinkedHashMap<>();

        void add(PGPSignature signature) throws IOException {
            byEncoding.putIfAbsent(ByteBuffer.wrap(signature.getEncoded()), signature);
        }

        Collection<PGPSignature> all() {
            return byEncoding.values();
        }
    }

    /** A subkey and the signatures over it. */
    record Subkey(PGPPublicKey key, Signatures signatures) {}

    PGPPublicKey primary() {
        return primary;
    }

    /** The signatures over the primary key alone. */
    Signatures onPrimary() {
        return onPrimary;
    }

    /** The signatures over user ids, by the bytes of the user id. */
    Map<ByteBuffer, Signatures> userIds() {
        return userIds;
    }

    Collection<Subkey> subkeys() {
        return subkeys.values();
    }

    /** The secret parts of keys, by their fingerprint. If copies have different passphrases, all of them. */
    Map<String, List<SecretPart>> secrets() {
        return secrets;
    }

    /** The parts with an unsupported version or algorithm, as sentences. */
    List<String> unknown() {
        return unknown;
    }

    Signatures onUserId(byte[] userId) {
        return userIds.computeIfAbsent(ByteBuffer.wrap(userId), id -> new Signatures());
    }

    Signatures onSubkey(PGPPublicKey key) {
        return subkeys.computeIfAbsent(
                        Certificate.hex(key.getFingerprint()), print -> new Subkey(key, new Signatures()))
                .signatures();
    }

    void addSecret(SecretPart secret) {
        String fingerprint = Certificate.hex(secret.key().getPublicKey().getFingerprint());
        secrets.computeIfAbsent(fingerprint, print -> new ArrayList<>()).add(secret);
    }

    void addUnknown(String what) {
        if (!unknown.contains(what)) {
            unknown.add(what);
        }
    }
}
