package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cryptlib.CryptlibObjectIdentifiers;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.gnu.GNUObjectIdentifiers;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.bcpg.ECPublicBCPGKey;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPPublicKey;

/** What the public-key algorithms of OpenPGP (RFC 9580, section 9.1) are called, can do, and ask for. */
final class Algorithms {
    /** The least bits of an RSA, ElGamal or DSA key that new data is entrusted to (NIST SP 800-131A). */
    private static final int LEAST_BITS = 2048;

    /** RSA for one purpose only: not made any more, but old keys are of it. */
    static final int RSA_TO_ENCRYPT = 2;

    static final int RSA_TO_SIGN = 3;

    /** Post-quantum encryption as LibrePGP has it, made by GnuPG since 2.5. */
    private static final int KYBER = 8;

    /** What to do about a key that is unknown here. */
    static final String MAKE_ANOTHER_KEY =
            "Take a key that every program reads, as gpg --quick-generate-key NAME makes it.";

    private Algorithms() {}

    static boolean canEncrypt(PGPPublicKey key) {
        return encrypts(key.getAlgorithm());
    }

    /** Whether session keys encrypted with the algorithm of this OpenPGP number can be read. */
    static boolean encrypts(int algorithm) {
        return switch (algorithm) {
            case PublicKeyAlgorithmTags.RSA_GENERAL,
                    RSA_TO_ENCRYPT,
                    PublicKeyAlgorithmTags.ELGAMAL_ENCRYPT,
                    PublicKeyAlgorithmTags.ECDH,
                    PublicKeyAlgorithmTags.X25519,
                    PublicKeyAlgorithmTags.X448 -> true;
            default -> false;
        };
    }

    /**
     * Whether a session key encrypted with the algorithm is followed by the sum of its bytes (RFC 9580, section 5.1).
     */
    static boolean sumsSessionKey(int algorithm) {
        return algorithm != PublicKeyAlgorithmTags.X25519 && algorithm != PublicKeyAlgorithmTags.X448;
    }

    static boolean canSign(PGPPublicKey key) {
        return signs(key.getAlgorithm());
    }

    /** Whether signatures made with the algorithm of this OpenPGP number can be checked. */
    static boolean signs(int algorithm) {
        return switch (algorithm) {
            case PublicKeyAlgorithmTags.RSA_GENERAL,
                    RSA_TO_SIGN,
                    PublicKeyAlgorithmTags.DSA,
                    PublicKeyAlgorithmTags.ECDSA,
                    PublicKeyAlgorithmTags.EDDSA_LEGACY,
                    PublicKeyAlgorithmTags.Ed25519,
                    PublicKeyAlgorithmTags.Ed448 -> true;
            default -> false;
        };
    }

    /** The algorithm of this OpenPGP number, for messages. */
    static String name(int algorithm) {
        return algorithm == KYBER ? "public-key algorithm 8 (Kyber)" : "public-key algorithm " + algorithm;
    }

    /** Why new data must not be entrusted to a key of this size or curve; empty if it may. */
    static Optional<String> weakness(PGPPublicKey key) {
        int bits = key.getBitStrength();
        if (key.getPublicKeyPacket().getKey() instanceof ECPublicBCPGKey) {
            return bits > 0 ? Optional.empty() : Optional.of(name(key) + " is a curve that is unknown here");
        }
        return bits >= LEAST_BITS || isModern(key)
                ? Optional.empty()
                : Optional.of(name(key) + " is too weak, at least " + LEAST_BITS + " bits are asked for");
    }

    private static boolean isModern(PGPPublicKey key) {
        return switch (key.getAlgorithm()) {
            case PublicKeyAlgorithmTags.X25519,
                    PublicKeyAlgorithmTags.X448,
                    PublicKeyAlgorithmTags.Ed25519,
                    PublicKeyAlgorithmTags.Ed448 -> true;
            default -> false;
        };
    }

    /**
     * The hash to sign with: as strong as the key, and the fastest of those. GnuPG asks for no more than SHA-256 with
     * Ed25519; an elliptic curve's hash is at least as long as its order, Ed448 asks for SHA-512 (RFC 9580, section
     * 5.2.3.5).
     */
    static Hash signingHash(PGPPublicKey key) {
        int bits = key.getBitStrength();
        return switch (key.getAlgorithm()) {
            case PublicKeyAlgorithmTags.ECDSA, PublicKeyAlgorithmTags.EDDSA_LEGACY ->
                bits <= 256 ? Hash.SHA256 : bits <= 384 ? Hash.SHA384 : Hash.SHA512;
            case PublicKeyAlgorithmTags.Ed448 -> Hash.SHA512;
            default -> Hash.SHA256;
        };
    }

    /** The algorithm with its size or curve, as {@code RSA 4096} or {@code ECDH Curve25519}. */
    static String name(PGPPublicKey key) {
        return switch (key.getAlgorithm()) {
            case PublicKeyAlgorithmTags.RSA_GENERAL, RSA_TO_ENCRYPT, RSA_TO_SIGN -> "RSA " + key.getBitStrength();
            case PublicKeyAlgorithmTags.ELGAMAL_ENCRYPT -> "ElGamal " + key.getBitStrength();
            case PublicKeyAlgorithmTags.DSA -> "DSA " + key.getBitStrength();
            case PublicKeyAlgorithmTags.ECDH -> "ECDH " + curve(key);
            case PublicKeyAlgorithmTags.ECDSA -> "ECDSA " + curve(key);
            case PublicKeyAlgorithmTags.EDDSA_LEGACY -> "EdDSA " + curve(key);
            case PublicKeyAlgorithmTags.X25519 -> "X25519";
            case PublicKeyAlgorithmTags.X448 -> "X448";
            case PublicKeyAlgorithmTags.Ed25519 -> "Ed25519";
            case PublicKeyAlgorithmTags.Ed448 -> "Ed448";
            default -> name(key.getAlgorithm());
        };
    }

    private static String curve(PGPPublicKey key) {
        ASN1ObjectIdentifier curve = ((ECPublicBCPGKey) key.getPublicKeyPacket().getKey()).getCurveOID();
        if (curve.equals(CryptlibObjectIdentifiers.curvey25519)) {
            return "Curve25519";
        }
        if (curve.equals(GNUObjectIdentifiers.Ed25519)) {
            return "Ed25519";
        }
        if (curve.equals(EdECObjectIdentifiers.id_X448)) {
            return "Curve448";
        }
        if (curve.equals(EdECObjectIdentifiers.id_Ed448)) {
            return "Ed448";
        }
        return Optional.ofNullable(ECNamedCurveTable.getName(curve)).orElse(curve.getId());
    }
}
