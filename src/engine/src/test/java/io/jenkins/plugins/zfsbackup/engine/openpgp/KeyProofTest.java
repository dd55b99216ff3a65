package io.jenkins.plugins.zfsbackup.engine.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.ECDHPublicBCPGKey;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key that can't do its work is refused before anything is trusted to it. */
class KeyProofTest {

    private static final Instant NOW = Instant.parse("2025-06-01T12:00:00Z");
    private static final String ID = "Archive <archive@example.org>";
    private static final byte[] DATA = "data".getBytes(StandardCharsets.UTF_8);

    /** A clock that somebody sets. */
    private static final class SetClock extends Clock {
        private Instant now = NOW;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private final SetClock clock = new SetClock();

    private SigningKey signing(KeyMaker key) throws UsageException {
        return SigningKey.read(key.secretKey(), Optional.empty(), clock);
    }

    private KeyProof proof() {
        return new KeyProof(clock, new SecureRandom());
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = KeyProofTest.class.getResourceAsStream("/openpgp/" + name)) {
            return in.readAllBytes();
        }
    }

    @Test
    void goodKeysPass() throws UsageException {
        KeyMaker key = KeyMaker.usual(ID, NOW.minusSeconds(60));

        proof().prove(signing(key));
        proof().prove(Recipients.read(List.of(key.publicKey()), clock), Optional.of(signing(key)));
        proof().prove(Recipients.read(List.of(key.publicKey()), clock), Optional.empty());
    }

    @Test
    void aKeyMadeInThisVerySecondPasses() throws UsageException {
        clock.now = NOW.plusMillis(1);
        KeyMaker key = KeyMaker.usual(ID, NOW);

        proof().prove(signing(key));
        proof().prove(Recipients.read(List.of(key.publicKey()), clock), Optional.of(signing(key)));
    }

    @Test
    void keysFromTheFutureAreRefusedAndBothClocksAreTold() {
        KeyMaker skewed = KeyMaker.usual(ID, NOW.plusSeconds(180));

        for (Instant now : List.of(NOW, Instant.EPOCH)) {
            clock.now = now;
            assertThatThrownBy(() -> signing(skewed))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("2025-06-01T12:03:00Z")
                    .hasMessageContaining("in the future")
                    .hasMessageContaining("clock here says " + now);
            assertThatThrownBy(() -> Recipients.read(List.of(skewed.publicKey()), clock))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("in the future");
        }
    }

    @Test
    void nothingIsSignedWhenTheKeyHasRunOutMeanwhileOrTheClockWasSetBack() throws Exception {
        Instant made = NOW.minusSeconds(3600);
        KeyMaker key = new KeyMaker(made)
                .userId(ID, made, KeyMaker.FOR_SIGNING.and(KeyMaker.Says.expires(2 * 3600)))
                .encryptionSubkey(made, KeyMaker.FOR_ENCRYPTION);
        SigningKey signer = signing(key);
        Recipients recipients = Recipients.read(List.of(key.publicKey()), clock);
        proof().prove(signer);

        clock.now = NOW.plusSeconds(3600);
        assertThatThrownBy(() -> signer.detachedSignature(DATA))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("expired");
        assertThatThrownBy(() -> new Encryption(recipients, Optional.of(signer), new SecureRandom())
                        .encrypt(new ByteArrayOutputStream()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("expired");
        clock.now = made.minusSeconds(1);
        assertThatThrownBy(() -> signer.detachedSignature(DATA))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("future");
        clock.now = NOW;
        assertThatCode(() -> signer.detachedSignature(DATA)).doesNotThrowAnyException();
    }

    @Test
    void whatWasSignedVerifiesWhateverTheClockSaysLater() throws Exception {
        Instant made = NOW.minusSeconds(3600);
        KeyMaker key = new KeyMaker(made).userId(ID, made, KeyMaker.FOR_SIGNING.and(KeyMaker.Says.expires(2 * 3600)));
        byte[] signature = signing(key).detachedSignature(DATA);

        for (Instant later : List.of(
                NOW.plusSeconds(3600), NOW.plus(Duration.ofDays(36_500)), made.minusSeconds(5), Instant.EPOCH)) {
            VerificationKeys keys = VerificationKeys.read(List.of(key.publicKey()), Clock.fixed(later, ZoneOffset.UTC));
            assertThat(keys.verifyDetached(DATA, signature).made()).isEqualTo(NOW);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"version5-ed448.asc", "version5-ed25519.asc", "version5-rsa.asc"})
    void keysOfLibrePgpAreRefusedWithTheirVersion(String file) throws IOException {
        byte[] key = resource(file);
        String said = "it is of version 5 (LibrePGP, as GnuPG makes them with Ed448, Curve448 and Kyber), which is"
                + " unknown here";

        assertThatThrownBy(() -> SigningKey.read(key, Optional.empty(), clock))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("@example.org\": " + said)
                .hasMessageContaining("--quick-generate-key");
        assertThatThrownBy(() -> Recipients.read(List.of(key), clock))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(said);
        assertThatThrownBy(() -> DecryptionKeys.read(List.of(key), Optional.empty()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(said);
        assertThatThrownBy(() -> VerificationKeys.read(List.of(key), clock))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(said);
        assertThatThrownBy(() -> KeyDescription.of(key, clock))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(said);
        assertThat(KeyDescription.unusable(key)).singleElement().asString().contains("@example.org\": " + said);
        assertThat(KeyDescription.unusable("rubbish".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @Test
    void aKeyWithASubkeyOfLibrePgpStillSigns() throws IOException {
        byte[] key = resource("version4-with-curve448.asc");
        SigningKey signer = SigningKey.read(key, Optional.empty(), clock);

        proof().prove(signer);
        assertThatThrownBy(() -> Recipients.read(List.of(key), clock))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("a subkey is of version 5")
                .hasMessageContaining("not for encryption");
    }

    @Test
    void aSecretThatIsNotThePublicKeysIsFoundOut() throws UsageException {
        Instant made = NOW.minusSeconds(60);
        KeyMaker key = new KeyMaker(made).userId(ID, made, KeyMaker.FOR_SIGNING);
        KeyMaker other = new KeyMaker(made);
        // What follows the public part: no passphrase, and the secret number.
        byte[] mine = key.secretKey();
        byte[] theirs = other.secretKey();
        int publicPart = 2 + 51;
        System.arraycopy(theirs, publicPart, mine, publicPart, theirs.length - publicPart);

        SigningKey signer = SigningKey.read(mine, Optional.empty(), clock);
        assertThatThrownBy(() -> proof().prove(signer))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("proving signing key")
                .hasMessageContaining("does not fit")
                .hasMessageNotContaining("null");
    }

    /** The point zero is one of every curve's, and no secret can be agreed on with it. */
    private static PGPKeyPair useless(Instant made) throws PGPException {
        PGPKeyPair pair = KeyMaker.x25519(made);
        ECDHPublicBCPGKey key =
                (ECDHPublicBCPGKey) pair.getPublicKey().getPublicKeyPacket().getKey();
        ECDHPublicBCPGKey zero = new ECDHPublicBCPGKey(
                key.getCurveOID(),
                BigInteger.valueOf(0x40).shiftLeft(256),
                key.getHashAlgorithm(),
                key.getSymmetricKeyAlgorithm());
        PublicKeyPacket packet = new PublicKeyPacket(
                4, PublicKeyAlgorithmTags.ECDH, pair.getPublicKey().getCreationTime(), zero);
        return new PGPKeyPair(new PGPPublicKey(packet, new BcKeyFingerprintCalculator()), pair.getPrivateKey());
    }

    @Test
    void aRecipientThatCanNotBeEncryptedToIsNamedWithTheReason() throws Exception {
        Instant made = NOW.minusSeconds(60);
        KeyMaker good = KeyMaker.usual("Good <good@example.org>", made);
        PGPKeyPair subkey = useless(made);
        KeyMaker bad = new KeyMaker(made)
                .userId(ID, made, KeyMaker.FOR_SIGNING)
                .subkey(subkey)
                .onSubkey(subkey, PGPSignature.SUBKEY_BINDING, made, KeyMaker.FOR_ENCRYPTION);
        Recipients recipients = Recipients.read(List.of(good.publicKey(), bad.publicKey()), clock);

        assertThatThrownBy(() -> proof().prove(recipients, Optional.empty()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(ID)
                .hasMessageContaining("nothing can be encrypted to its key")
                .hasMessageNotContaining("null")
                .hasMessageNotContaining("Good");
    }
}
