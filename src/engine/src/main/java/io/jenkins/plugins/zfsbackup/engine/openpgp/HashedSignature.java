package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.OutputStream;
import java.security.MessageDigest;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.Prehash;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.Ed448PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed448PublicKeyParameters;
import org.bouncycastle.crypto.signers.DSADigestSigner;
import org.bouncycastle.crypto.signers.DSASigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.Ed448Signer;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.operator.PGPContentSigner;
import org.bouncycastle.openpgp.operator.PGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.PGPContentVerifier;
import org.bouncycastle.openpgp.operator.PGPContentVerifierBuilderProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyConverter;

/**
 * Makes or checks one signature: the JDK computes the hash, and Bouncy Castle signs the hash. The operators of Bouncy
 * Castle would compute the hash in Java, the one that signs even twice, which takes longer than the encryption.
 */
final class HashedSignature implements PGPContentSigner, PGPContentVerifier {
    private static final BcPGPKeyConverter KEYS = new BcPGPKeyConverter();

    private final int keyAlgorithm;
    private final long keyId;
    private final int type;
    private final Hash hash;
    private final MessageDigest digest;
    private final Signer signer;
    private byte[] hashed;

    private HashedSignature(int keyAlgorithm, long keyId, int type, Hash hash, AsymmetricKeyParameter key)
            throws PGPException {
        this.keyAlgorithm = keyAlgorithm;
        this.keyId = keyId;
        this.type = type;
        this.hash = hash;
        this.digest = hash.digest();
        this.signer = signer(keyAlgorithm, hash.described(), key);
        signer.init(key.isPrivate(), key);
    }

    /** Makes signatures with this hash. */
    static PGPContentSignerBuilder signing(Hash hash) {
        return (type, key) -> new HashedSignature(
                key.getPublicKeyPacket().getAlgorithm(), key.getKeyID(), type, hash, KEYS.getPrivateKey(key));
    }

    /** Checks signatures made with one of the hashes of {@link Hash}. */
    static PGPContentVerifierBuilderProvider verifying() {
        return (keyAlgorithm, hashTag) -> key -> {
            if (key.getAlgorithm() != keyAlgorithm) {
                throw new PGPException("the signature is of another algorithm than the key");
            }
            return new HashedSignature(keyAlgorithm, key.getKeyID(), 0, Hash.of(hashTag), KEYS.getPublicKey(key));
        };
    }

    private static Signer signer(int keyAlgorithm, Digest digest, AsymmetricKeyParameter key) throws PGPException {
        return switch (keyAlgorithm) {
            case PublicKeyAlgorithmTags.RSA_GENERAL, Algorithms.RSA_TO_SIGN ->
                new RSADigestSigner(Prehash.forDigest(digest));
            case PublicKeyAlgorithmTags.DSA ->
                new DSADigestSigner(new DSASigner(new HMacDSAKCalculator(digest)), Prehash.forDigest(digest));
            case PublicKeyAlgorithmTags.ECDSA ->
                new DSADigestSigner(new ECDSASigner(new HMacDSAKCalculator(digest)), Prehash.forDigest(digest));
            case PublicKeyAlgorithmTags.EDDSA_LEGACY, PublicKeyAlgorithmTags.Ed25519, PublicKeyAlgorithmTags.Ed448 ->
                key instanceof Ed448PrivateKeyParameters || key instanceof Ed448PublicKeyParameters
                        ? new Ed448Signer(new byte[0])
                        : new Ed25519Signer();
            default -> throw new PGPException("signatures of algorithm " + keyAlgorithm + " are unknown here");
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new DigestOutput(digest);
    }

    /** Completes the hash, once. */
    private byte[] hashed() {
        if (hashed == null) {
            hashed = digest.digest();
            signer.update(hashed, 0, hashed.length);
        }
        return hashed;
    }

    @Override
    public byte[] getDigest() {
        return hashed().clone();
    }

    @Override
    public byte[] getSignature() {
        hashed();
        try {
            return signer.generateSignature();
        } catch (CryptoException e) {
            throw new IllegalStateException("can't sign with key " + Long.toHexString(keyId), e);
        }
    }

    @Override
    public boolean verify(byte[] expected) {
        hashed();
        return signer.verifySignature(expected);
    }

    @Override
    public int getType() {
        return type;
    }

    @Override
    public int getHashAlgorithm() {
        return hash.tag();
    }

    @Override
    public int getKeyAlgorithm() {
        return keyAlgorithm;
    }

    @Override
    public long getKeyID() {
        return keyId;
    }
}
