package io.jenkins.plugins.zfsbackup.engine.openpgp;

import static io.jenkins.plugins.zfsbackup.engine.openpgp.KeyMaker.FOR_ENCRYPTION;
import static io.jenkins.plugins.zfsbackup.engine.openpgp.KeyMaker.FOR_SIGNING;
import static io.jenkins.plugins.zfsbackup.engine.openpgp.KeyMaker.joined;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSignature;
import org.junit.jupiter.api.Test;

/** Whatever form a file of keys has, what is of use in it is found. */
class KeyFileTest {

    private static final Instant MADE = Instant.parse("2020-01-01T00:00:00Z");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2024-06-01T12:00:00Z"), ZoneOffset.UTC);
    private static final String ID = "Archive <archive@example.org>";
    private static final long YEAR = Duration.ofDays(365).toSeconds();
    private static final byte[] DATA = "data".getBytes(StandardCharsets.UTF_8);

    private static byte[] armored(byte[] keys, String kind, String end) {
        String text = "-----BEGIN PGP " + kind + " KEY BLOCK-----" + end
                + "Comment: for a test" + end + end
                + Base64.getMimeEncoder(64, end.getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(keys) + end
                + "=AAAA" + end
                + "-----END PGP " + kind + " KEY BLOCK-----";
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static List<String> decrypting(byte[] file) throws UsageException {
        return DecryptionKeys.read(List.of(file), Optional.empty()).keyFingerprints();
    }

    private static String subkey(KeyMaker key) throws UsageException {
        return Recipients.read(List.of(key.publicKey()), CLOCK).all().get(0).keyFingerprint();
    }

    @Test
    void bothHalvesOfAKeyInOneFileAreOneKey() throws UsageException {
        KeyMaker key = KeyMaker.usual(ID, MADE);

        for (byte[] file :
                List.of(joined(key.publicKey(), key.secretKey()), joined(key.secretKey(), key.publicKey()))) {
            assertThat(decrypting(file)).containsExactly(subkey(key));
            assertThat(SigningKey.read(file, Optional.empty(), CLOCK).userIds()).containsExactly(ID);
            assertThat(Recipients.read(List.of(file), CLOCK).all()).hasSize(1);
            assertThat(KeyDescription.of(file, CLOCK)).singleElement().matches(KeyDescription::secret);
        }
    }

    @Test
    void secretKeysAreFoundAmongPublicOnes() throws UsageException {
        KeyMaker mine = KeyMaker.usual(ID, MADE);
        KeyMaker second = KeyMaker.usual("Second <second@example.org>", MADE);
        KeyMaker other = KeyMaker.usual("Other <other@example.org>", MADE);
        byte[] keyring = joined(other.publicKey(), mine.secretKey(), mine.publicKey(), second.secretKey());

        assertThat(decrypting(keyring)).containsExactly(subkey(mine), subkey(second));
        assertThat(SigningKey.read(keyring, Optional.empty(), CLOCK).userIds()).containsExactly(ID);
    }

    @Test
    void armoredKeysMayStandOneBehindTheOther() throws UsageException {
        KeyMaker mine = KeyMaker.usual(ID, MADE);
        KeyMaker second = KeyMaker.usual("Second <second@example.org>", MADE);
        for (String end : List.of("\n", "\r\n")) {
            byte[] file = joined(
                    ("\ufeffmy keys" + end).getBytes(StandardCharsets.UTF_8),
                    armored(mine.publicKey(), "PUBLIC", end),
                    (end + end + "and the secret ones" + end).getBytes(StandardCharsets.UTF_8),
                    armored(mine.secretKey(), "PRIVATE", end),
                    end.getBytes(StandardCharsets.US_ASCII),
                    armored(second.secretKey(), "PRIVATE", end));

            assertThat(decrypting(file)).containsExactly(subkey(mine), subkey(second));
        }
        byte[] marked = joined("\ufeff".getBytes(StandardCharsets.UTF_8), armored(mine.secretKey(), "PRIVATE", "\n"));
        assertThat(decrypting(marked)).containsExactly(subkey(mine));
    }

    @Test
    void copiesOfAKeyAreMergedAndTheNewestSignatureCounts() throws UsageException {
        KeyMaker.Says expired = FOR_SIGNING.and(KeyMaker.Says.expires(YEAR));
        KeyMaker.Says extended = FOR_SIGNING.and(KeyMaker.Says.expires(20 * YEAR));
        PGPKeyPair subkey = KeyMaker.x25519(MADE);
        KeyMaker old = new KeyMaker(MADE)
                .userId(ID, MADE, expired)
                .subkey(subkey)
                .onSubkey(subkey, PGPSignature.SUBKEY_BINDING, MADE, FOR_ENCRYPTION.and(KeyMaker.Says.expires(YEAR)));
        KeyMaker current = old.again()
                .userId(ID, MADE.plusSeconds(YEAR), extended)
                .subkey(subkey)
                .onSubkey(subkey, PGPSignature.SUBKEY_BINDING, MADE.plusSeconds(YEAR), FOR_ENCRYPTION);
        byte[] signature = current.document(DATA, CLOCK.instant(), KeyMaker.Says.NOTHING);

        assertThatThrownBy(() -> Recipients.read(List.of(old.publicKey()), CLOCK))
                .hasMessageContaining("expired");
        for (List<byte[]> files : List.of(
                List.of(joined(old.publicKey(), current.publicKey())),
                List.of(joined(current.publicKey(), old.publicKey())),
                List.of(old.publicKey(), current.publicKey()),
                List.of(current.publicKey(), old.publicKey()),
                List.of(joined(old.secretKey(), current.publicKey())))) {
            assertThat(Recipients.read(files, CLOCK).all()).hasSize(1);
            VerificationKeys keys = VerificationKeys.read(files, CLOCK);
            assertThat(keys.fingerprints()).hasSize(1);
            assertThat(keys).satisfies(each -> each.verifyDetached(DATA, signature));
        }
    }

    @Test
    void aNewerCopyMayOnlyAddAUserIdASubkeyOrARevocation() throws UsageException {
        KeyMaker old = new KeyMaker(MADE).userId(ID, MADE, FOR_SIGNING);
        KeyMaker withSubkey = old.again().encryptionSubkey(MADE, FOR_ENCRYPTION);
        KeyMaker revoked =
                old.again().onPrimary(PGPSignature.KEY_REVOCATION, MADE.plusSeconds(9), KeyMaker.Says.NOTHING);

        assertThat(Recipients.read(List.of(old.publicKey(), withSubkey.publicKey()), CLOCK)
                        .all())
                .hasSize(1);
        assertThatThrownBy(() ->
                        Recipients.read(List.of(revoked.publicKey(), withSubkey.publicKey(), old.publicKey()), CLOCK))
                .hasMessageContaining("revoked on 2020-01-01T00:00:09Z");
    }

    @Test
    void unknownSubkeysAndSignaturesAreNamedOnlyIfNothingElseWillDo() throws UsageException {
        byte[] kyber = KeyMaker.packet(PacketTags.PUBLIC_SUBKEY, new byte[] {4, 94, 11, (byte) 225, 0, 8, 1, 2, 3, 4});
        byte[] future = KeyMaker.packet(PacketTags.PUBLIC_SUBKEY, new byte[] {9, 1, 2, 3});
        byte[] strangeSignature =
                KeyMaker.packet(PacketTags.SIGNATURE, new byte[] {4, 0x10, 30, 8, 0, 0, 0, 0, 1, 2, 3});
        byte[] newSignature = KeyMaker.packet(PacketTags.SIGNATURE, new byte[] {9, 1, 2, 3, 4});
        KeyMaker usable = new KeyMaker(MADE)
                .userId(ID, MADE, FOR_SIGNING)
                .packet(strangeSignature)
                .packet(newSignature)
                .packet(kyber)
                .packet(strangeSignature)
                .encryptionSubkey(MADE, FOR_ENCRYPTION)
                .packet(future)
                .packet(newSignature);
        KeyMaker useless =
                new KeyMaker(MADE).userId(ID, MADE, FOR_SIGNING).packet(kyber).packet(strangeSignature);

        assertThat(Recipients.read(List.of(usable.publicKey()), CLOCK).all()).hasSize(1);
        assertThat(decrypting(usable.secretKey())).hasSize(1);
        assertThatThrownBy(() -> Recipients.read(List.of(useless.publicKey()), CLOCK))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("public-key algorithm 8 (Kyber)")
                .hasMessageContaining("unknown here")
                .hasMessageNotContaining("damaged");
        assertThatThrownBy(() -> decrypting(useless.secretKey())).hasMessageContaining("Kyber");
    }

    @Test
    void aKeyThatIsUnknownAsAWholeIsNamed() throws UsageException {
        byte[] future = joined(
                KeyMaker.packet(PacketTags.PUBLIC_KEY, new byte[] {9, 1, 2, 3}),
                KeyMaker.packet(PacketTags.USER_ID, "New\u001b[1m <new@example.org>".getBytes(StandardCharsets.UTF_8)),
                KeyMaker.packet(PacketTags.SIGNATURE, new byte[] {9, 1, 2, 3, 4}));
        KeyMaker known = KeyMaker.usual(ID, MADE);
        String named = "the key of \"New\\u001b[1m <new@example.org>\": it is of version 9, which is unknown here";

        assertThatThrownBy(() -> Recipients.read(List.of(future), CLOCK)).hasMessageContaining(named);
        assertThatThrownBy(() -> VerificationKeys.read(List.of(future), CLOCK)).hasMessageContaining(named);
        assertThatThrownBy(() -> decrypting(future)).hasMessageContaining(named);
        assertThatThrownBy(() -> SigningKey.read(future, Optional.empty(), CLOCK))
                .hasMessageContaining(named);
        // A recipient is never left out; whose signatures count may be.
        assertThatThrownBy(() -> Recipients.read(List.of(known.publicKey(), future), CLOCK))
                .hasMessageContaining(named);
        assertThatThrownBy(() -> Recipients.read(List.of(joined(known.publicKey(), future)), CLOCK))
                .hasMessageContaining(named);
        assertThat(VerificationKeys.read(List.of(joined(future, known.publicKey())), CLOCK)
                        .fingerprints())
                .hasSize(1);
        assertThat(decrypting(joined(future, known.secretKey()))).hasSize(1);
    }

    @Test
    void aProtectionThatIsUnknownIsNotTakenForAWrongPassphrase() {
        KeyMaker key = new KeyMaker(MADE).userId(ID, MADE, FOR_SIGNING);
        byte[] body = Arrays.copyOfRange(key.publicKey(), 2, 2 + 51);
        byte[] rest = Arrays.copyOfRange(key.publicKey(), 2 + 51, key.publicKey().length);
        byte[] secret = new byte[60];
        byte[] cipher = joined(
                KeyMaker.packet(PacketTags.SECRET_KEY, joined(body, new byte[] {(byte) 254, 99, 0, 8}, secret)), rest);
        byte[] derivation = joined(
                KeyMaker.packet(PacketTags.SECRET_KEY, joined(body, new byte[] {(byte) 254, 9, 77, 8}, secret)), rest);

        assertThatThrownBy(() -> SigningKey.read(cipher, Optional.of("right".toCharArray()), CLOCK))
                .hasMessageContaining(ID)
                .hasMessageContaining("symmetric algorithm 99, which is unknown here")
                .hasMessageNotContaining("does not open");
        assertThatThrownBy(() -> SigningKey.read(derivation, Optional.of("right".toCharArray()), CLOCK))
                .hasMessageContaining(ID)
                .hasMessageContaining("unknown here")
                .hasMessageNotContaining("does not open")
                .hasMessageNotContaining("damaged");
    }

    /** As gpg writes it for a key on a card: instead of a secret the card's number. */
    private static byte[] onCard(byte[] publicPacket) {
        byte[] body = Arrays.copyOfRange(publicPacket, 2, publicPacket.length);
        byte[] card = {
            (byte) 0xFF, 0, 101, 0, 'G', 'N', 'U', 2, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
        };
        return KeyMaker.packet(PacketTags.SECRET_KEY, joined(body, card));
    }

    @Test
    void aKeyOnASmartCardIsNamedAndItsFullCopyFound() throws UsageException {
        KeyMaker key = new KeyMaker(MADE).userId(ID, MADE, FOR_SIGNING);
        byte[] full = key.secretKey();
        byte[] publicPacket = Arrays.copyOf(key.publicKey(), 2 + 51);
        byte[] stub = joined(onCard(publicPacket), Arrays.copyOfRange(key.publicKey(), 2 + 51, key.publicKey().length));

        assertThatThrownBy(() -> SigningKey.read(stub, Optional.empty(), CLOCK))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(ID)
                .hasMessageContaining("only a stub of it, its secret is on a smart card");
        assertThat(SigningKey.read(joined(stub, full), Optional.empty(), CLOCK).userIds())
                .containsExactly(ID);
        assertThat(SigningKey.read(joined(full, stub), Optional.empty(), CLOCK).userIds())
                .containsExactly(ID);
    }

    @Test
    void userIdsCanNotSteerATerminal() throws UsageException {
        KeyMaker key = KeyMaker.usual("Mallory\u009b2J\u202e\u2028\n<m@example.org>", MADE);

        assertThat(Recipients.read(List.of(key.publicKey()), CLOCK).all().get(0))
                .hasToString(Recipients.read(List.of(key.publicKey()), CLOCK)
                                .fingerprints()
                                .get(0) + " (Mallory\\u009b2J\\u202e\\u2028\\n<m@example.org>)");
    }

    @Test
    void rubbishIsNoKey() {
        List<byte[]> rubbish = new ArrayList<>(List.of(
                new byte[0],
                "no key".getBytes(StandardCharsets.US_ASCII),
                new byte[] {(byte) 0x99},
                new byte[] {(byte) 0x99, 1, 2, 3},
                armored(new byte[] {1, 2, 3}, "PUBLIC", "\n"),
                "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENB".getBytes(StandardCharsets.US_ASCII),
                "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n!!!\n-----END PGP PUBLIC KEY BLOCK-----\n"
                        .getBytes(StandardCharsets.US_ASCII)));
        byte[] key = KeyMaker.usual(ID, MADE).secretKey();
        for (int length = 1; length < 60; length++) {
            rubbish.add(Arrays.copyOf(key, length));
        }
        for (byte[] file : rubbish) {
            assertThatThrownBy(() -> decrypting(file))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("no OpenPGP key")
                    .hasMessageNotContaining("null");
        }
    }
}
