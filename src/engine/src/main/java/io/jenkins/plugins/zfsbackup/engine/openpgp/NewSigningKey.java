package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Date;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;

/**
 * Makes a key that can only sign: Ed25519, as made by {@code gpg --quick-generate-key NAME ed25519 sign never}. It has
 * no passphrase, and is meant for storage that encrypts secrets.
 */
public final class NewSigningKey {

    private NewSigningKey() {}

    /**
     * A new key that never expires.
     *
     * @param userId the owner, as {@code Name <address>}
     * @param clock provides the creation time
     * @return the secret key in ASCII armor
     */
    public static String make(String userId, Clock clock) {
        try {
            PGPKeyPair pair = pair(clock);
            PGPSignatureSubpacketGenerator told = new PGPSignatureSubpacketGenerator();
            told.setKeyFlags(true, KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA);
            told.setIssuerFingerprint(false, pair.getPublicKey());
            byte[] ring = new PGPKeyRingGenerator(
                            PGPSignature.POSITIVE_CERTIFICATION,
                            pair,
                            userId,
                            new BcPGPDigestCalculatorProvider().get(HashAlgorithmTags.SHA1),
                            told.generate(),
                            null,
                            new BcPGPContentSignerBuilder(pair.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA512),
                            null)
                    .generateSecretKeyRing()
                    .getEncoded();
            return new String(Armor.written(ring), StandardCharsets.US_ASCII);
        } catch (PGPException | IOException e) {
            throw new IllegalStateException("can't make a key", e);
        }
    }

    private static PGPKeyPair pair(Clock clock) throws PGPException {
        Ed25519KeyPairGenerator generator = new Ed25519KeyPairGenerator();
        generator.init(new Ed25519KeyGenerationParameters(new SecureRandom()));
        // The form of Ed25519 that GnuPG 2.2 supports.
        return new BcPGPKeyPair(
                PublicKeyPacket.VERSION_4,
                PublicKeyAlgorithmTags.EDDSA_LEGACY,
                generator.generateKeyPair(),
                Date.from(clock.instant()));
    }
}
