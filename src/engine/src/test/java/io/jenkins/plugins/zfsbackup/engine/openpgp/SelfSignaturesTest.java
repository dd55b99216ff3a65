package io.jenkins.plugins.zfsbackup.engine.openpgp;

import static io.jenkins.plugins.zfsbackup.engine.openpgp.KeyMaker.FOR_ENCRYPTION;
import static io.jenkins.plugins.zfsbackup.engine.openpgp.KeyMaker.FOR_SIGNING;
import static io.jenkins.plugins.zfsbackup.engine.openpgp.KeyMaker.Says.NOTHING;
import static io.jenkins.plugins.zfsbackup.engine.openpgp.KeyMaker.Says.expires;
import static io.jenkins.plugins.zfsbackup.engine.openpgp.KeyMaker.Says.isFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.SignatureSubpacket;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.bcpg.sig.RevocationReasonTags;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSignature;
import org.junit.jupiter.api.Test;

/** What a key's owner says of it in signatures is heeded, whichever signature says it, and the newest counts. */
class SelfSignaturesTest {

    private static final Instant MADE = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant NOW = Instant.parse("2024-06-01T12:00:00Z");
    private static final String ID = "Archive <archive@example.org>";
    private static final byte[] DATA = "data".getBytes(StandardCharsets.UTF_8);
    private static final long YEAR = Duration.ofDays(365).toSeconds();
    private static final KeyMaker.Says CRITICAL_NOTATION =
            told -> told.addNotationData(true, true, "only-on-sundays@example.org", "yes");

    private static Clock at(Instant time) {
        return Clock.fixed(time, ZoneOffset.UTC);
    }

    private static void assertUsable(KeyMaker key) throws UsageException {
        Recipients.read(List.of(key.publicKey()), at(NOW));
        SigningKey.read(key.secretKey(), Optional.empty(), at(NOW));
    }

    private static void assertRefused(KeyMaker key, String why) {
        assertThatThrownBy(() -> Recipients.read(List.of(key.publicKey()), at(NOW)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("null");
        assertThatThrownBy(() -> SigningKey.read(key.secretKey(), Optional.empty(), at(NOW)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aUsualKeyIsUsable() throws UsageException {
        assertUsable(KeyMaker.usual(ID, MADE));
    }

    @Test
    void theNewestCertificationCountsWhereverItStands() throws UsageException {
        KeyMaker.Says expired = FOR_SIGNING.and(expires(YEAR));
        KeyMaker.Says extended = FOR_SIGNING.and(expires(20 * YEAR));

        assertUsable(new KeyMaker(MADE)
                .userId(ID, MADE.plusSeconds(9), extended)
                .certification(ID, MADE, PGPSignature.POSITIVE_CERTIFICATION, expired)
                .encryptionSubkey(MADE, FOR_ENCRYPTION));
        assertRefused(
                new KeyMaker(MADE)
                        .userId(ID, MADE, extended)
                        .certification(ID, MADE.plusSeconds(9), PGPSignature.POSITIVE_CERTIFICATION, expired)
                        .encryptionSubkey(MADE, FOR_ENCRYPTION),
                "expired on 2020-12-31");
    }

    @Test
    void ofTwoCertificationsOfOneSecondTheOneThatWasAddedLastCounts() throws UsageException {
        KeyMaker.Says expired = FOR_SIGNING.and(expires(YEAR));
        for (int laterType : new int[] {PGPSignature.DEFAULT_CERTIFICATION, PGPSignature.POSITIVE_CERTIFICATION}) {
            assertUsable(new KeyMaker(MADE)
                    .userId(ID, MADE, expired)
                    .certification(ID, MADE, laterType, FOR_SIGNING)
                    .encryptionSubkey(MADE, FOR_ENCRYPTION));
            assertRefused(
                    new KeyMaker(MADE)
                            .userId(ID, MADE, FOR_SIGNING)
                            .certification(ID, MADE, laterType, expired)
                            .encryptionSubkey(MADE, FOR_ENCRYPTION),
                    "expired");
        }
    }

    @Test
    void aRevocationOfTheSameSecondGoesBeforeWhatItRevokes() {
        assertRefused(
                new KeyMaker(MADE)
                        .userId(ID, MADE, NOTHING)
                        .certification(ID, MADE, PGPSignature.CERTIFICATION_REVOCATION, NOTHING)
                        .certification(ID, MADE, PGPSignature.POSITIVE_CERTIFICATION, FOR_SIGNING)
                        .encryptionSubkey(MADE, FOR_ENCRYPTION),
                "no valid signature of its owner");
    }

    @Test
    void whatIsSaidOfTheKeyItselfGoesBeforeWhatIsSaidWithAUserId() {
        assertRefused(
                new KeyMaker(MADE)
                        .onPrimary(PGPSignature.DIRECT_KEY, MADE, expires(YEAR))
                        .userId(ID, MADE.plusSeconds(5), FOR_SIGNING.and(expires(20 * YEAR)))
                        .encryptionSubkey(MADE, FOR_ENCRYPTION),
                "expired");
    }

    @Test
    void aLimitThatOneOfSeveralUserIdsTellsHolds() {
        assertRefused(
                new KeyMaker(MADE)
                        .userId(ID, MADE, FOR_SIGNING.and(expires(YEAR)))
                        .userId("Other <other@example.org>", MADE.plusSeconds(5), FOR_SIGNING)
                        .encryptionSubkey(MADE, FOR_ENCRYPTION),
                "expired");
    }

    @Test
    void aKeyWithoutAUserIdIsVouchedForByASignatureOverIt() throws UsageException {
        assertUsable(new KeyMaker(MADE)
                .onPrimary(PGPSignature.DIRECT_KEY, MADE, FOR_SIGNING)
                .encryptionSubkey(MADE, FOR_ENCRYPTION));
    }

    @Test
    void aCertificationThatHasRunOutVouchesForNothing() throws Exception {
        KeyMaker key = new KeyMaker(MADE)
                .userId(ID, MADE, FOR_SIGNING.and(told -> told.setSignatureExpirationTime(false, YEAR)))
                .encryptionSubkey(MADE, FOR_ENCRYPTION);
        byte[] signature = key.document(DATA, MADE.plusSeconds(YEAR - 10), NOTHING);
        byte[] late = key.document(DATA, MADE.plusSeconds(YEAR + 10), NOTHING);

        assertRefused(key, "no valid signature of its owner");
        VerificationKeys keys = VerificationKeys.read(List.of(key.publicKey()), at(NOW));
        assertThat(keys.verifyDetached(DATA, signature).userIds()).containsExactly(ID);
        assertThatThrownBy(() -> keys.verifyDetached(DATA, late)).hasMessageContaining("nobody vouches");
    }

    @Test
    void aBindingThatHasRunOutLeavesTheOneBeforeInForce() throws UsageException {
        PGPKeyPair subkey = KeyMaker.x25519(MADE);
        assertUsable(new KeyMaker(MADE)
                .userId(ID, MADE, FOR_SIGNING)
                .subkey(subkey)
                .onSubkey(subkey, PGPSignature.SUBKEY_BINDING, MADE, FOR_ENCRYPTION)
                .onSubkey(
                        subkey,
                        PGPSignature.SUBKEY_BINDING,
                        MADE.plusSeconds(5),
                        isFor(0).and(told -> told.setSignatureExpirationTime(false, 60))));
    }

    @Test
    void aSignatureWithAnUnknownConditionCountsForNothing() throws UsageException {
        KeyMaker.Says unknownPacket = told -> told.addCustomSubpacket(subpacket(100, true, new byte[] {1}));
        for (KeyMaker.Says condition : List.of(CRITICAL_NOTATION, unknownPacket)) {
            assertRefused(
                    new KeyMaker(MADE)
                            .userId(ID, MADE, FOR_SIGNING.and(condition))
                            .encryptionSubkey(MADE, FOR_ENCRYPTION),
                    "no valid signature of its owner");
            assertThatThrownBy(() -> Recipients.read(
                            List.of(new KeyMaker(MADE)
                                    .userId(ID, MADE, FOR_SIGNING)
                                    .encryptionSubkey(MADE, FOR_ENCRYPTION.and(condition))
                                    .publicKey()),
                            at(NOW)))
                    .hasMessageContaining("no valid signature of its owner");
            // The older certification stays in force.
            assertUsable(new KeyMaker(MADE)
                    .userId(ID, MADE, FOR_SIGNING)
                    .certification(
                            ID, MADE.plusSeconds(5), PGPSignature.POSITIVE_CERTIFICATION, isFor(0).and(condition))
                    .encryptionSubkey(MADE, FOR_ENCRYPTION));
        }
    }

    @Test
    void anUnknownNotationThatIsNotCriticalIsPassedOver() throws UsageException {
        assertUsable(new KeyMaker(MADE)
                .userId(ID, MADE, FOR_SIGNING.and(told -> told.addNotationData(false, true, "a@example.org", "b")))
                .encryptionSubkey(MADE, FOR_ENCRYPTION));
        assertUsable(new KeyMaker(MADE)
                .userId(
                        ID,
                        MADE,
                        FOR_SIGNING.and(told ->
                                told.addNotationData(true, true, "preferred-email-encoding@pgp.com", "pgpmime")))
                .encryptionSubkey(MADE, FOR_ENCRYPTION));
    }

    @Test
    void aSelfSignatureFromBeforeTheKeyCountsForNothing() {
        assertRefused(
                new KeyMaker(MADE).userId(ID, MADE.minusSeconds(5), FOR_SIGNING).encryptionSubkey(MADE, FOR_ENCRYPTION),
                "no valid signature of its owner");
    }

    @Test
    void whereALimitIsToldTwiceTheNarrowerHolds() {
        KeyMaker.Says twice = FOR_SIGNING
                .and(told -> told.addCustomSubpacket(seconds(9, 20 * YEAR)))
                .and(told -> told.addCustomSubpacket(seconds(9, YEAR)));
        assertRefused(new KeyMaker(MADE).userId(ID, MADE, twice).encryptionSubkey(MADE, FOR_ENCRYPTION), "expired");
    }

    private static SignatureSubpacket seconds(int type, long seconds) {
        return subpacket(
                type, false, ByteBuffer.allocate(4).putInt((int) seconds).array());
    }

    private static SignatureSubpacket subpacket(int type, boolean critical, byte[] content) {
        return new SignatureSubpacket(type, critical, false, content) {};
    }

    @Test
    void theExpiryOfTheOnlySubkeyIsHeeded() {
        assertThatThrownBy(() -> Recipients.read(
                        List.of(new KeyMaker(MADE)
                                .userId(ID, MADE, FOR_SIGNING)
                                .encryptionSubkey(MADE, FOR_ENCRYPTION.and(expires(YEAR)))
                                .publicKey()),
                        at(NOW)))
                .hasMessageContaining("expired on 2020-12-31");
    }

    @Test
    void aNewerBindingThatTakesThePurposeAwayIsHeeded() {
        PGPKeyPair subkey = KeyMaker.x25519(MADE);
        KeyMaker key = new KeyMaker(MADE)
                .userId(ID, MADE, FOR_SIGNING)
                .subkey(subkey)
                .onSubkey(subkey, PGPSignature.SUBKEY_BINDING, MADE.plusSeconds(9), isFor(0))
                .onSubkey(subkey, PGPSignature.SUBKEY_BINDING, MADE, FOR_ENCRYPTION);

        assertThatThrownBy(() -> Recipients.read(List.of(key.publicKey()), at(NOW)))
                .hasMessageContaining("not for encryption");
    }

    @Test
    void aSubkeyRevocationHoldsWhateverComesAfter() {
        PGPKeyPair subkey = KeyMaker.x25519(MADE);
        KeyMaker key = new KeyMaker(MADE)
                .userId(ID, MADE, FOR_SIGNING)
                .subkey(subkey)
                .onSubkey(
                        subkey,
                        PGPSignature.SUBKEY_REVOCATION,
                        MADE.plusSeconds(5),
                        told -> told.setRevocationReason(
                                false, RevocationReasonTags.KEY_SUPERSEDED, "replaced\u001b[2J\nby another"))
                .onSubkey(subkey, PGPSignature.SUBKEY_BINDING, MADE.plusSeconds(9), FOR_ENCRYPTION);

        assertThatThrownBy(() -> Recipients.read(List.of(key.publicKey()), at(NOW)))
                .hasMessageContaining("revoked on 2020-01-01T00:00:05Z (replaced\\u001b[2J\\nby another)");
    }

    @Test
    void aKeyThatSignsOnlyIsNoRecipientAndOneThatEncryptsOnlyNoSigner() {
        KeyMaker signsOnly = new KeyMaker(MADE).userId(ID, MADE, FOR_SIGNING);
        KeyMaker certifiesOnly = new KeyMaker(MADE)
                .userId(ID, MADE, isFor(KeyFlags.CERTIFY_OTHER))
                .encryptionSubkey(MADE, FOR_ENCRYPTION);

        assertThatThrownBy(() -> Recipients.read(List.of(signsOnly.publicKey()), at(NOW)))
                .hasMessageContaining(ID)
                .hasMessageContaining("not for encryption");
        assertThatThrownBy(() -> SigningKey.read(certifiesOnly.secretKey(), Optional.empty(), at(NOW)))
                .hasMessageContaining(ID)
                .hasMessageContaining("not for signing");
    }

    @Test
    void aSubkeyFromTheFutureLeavesTheOneBeforeInUse() throws UsageException {
        KeyMaker key = new KeyMaker(MADE).userId(ID, MADE, FOR_SIGNING);
        PGPKeyPair old = KeyMaker.x25519(MADE);
        PGPKeyPair next = KeyMaker.x25519(NOW.plusSeconds(180));
        key.subkey(old).onSubkey(old, PGPSignature.SUBKEY_BINDING, MADE, FOR_ENCRYPTION);
        key.subkey(next).onSubkey(next, PGPSignature.SUBKEY_BINDING, NOW.plusSeconds(180), FOR_ENCRYPTION);

        assertThat(Recipients.read(List.of(key.publicKey()), at(NOW))
                        .all()
                        .get(0)
                        .keyFingerprint())
                .isEqualTo(Certificate.hex(old.getPublicKey().getFingerprint()));
        assertThat(Recipients.read(List.of(key.publicKey()), at(NOW.plusSeconds(180)))
                        .all()
                        .get(0)
                        .keyFingerprint())
                .isEqualTo(Certificate.hex(next.getPublicKey().getFingerprint()));
    }

    @Test
    void aSignatureThatAsksForTheUnknownDoesNotCount() throws UsageException {
        KeyMaker key = KeyMaker.usual(ID, MADE);
        VerificationKeys keys = VerificationKeys.read(List.of(key.publicKey()), at(NOW));

        assertThatThrownBy(() -> keys.verifyDetached(DATA, key.document(DATA, NOW, CRITICAL_NOTATION)))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("condition that is unknown");
    }
}
