package io.jenkins.plugins.zfsbackup.engine.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Keys that are made here, and what is shown of a key to others. */
class NewSigningKeyTest {

    private static final Instant NOW = Instant.parse("2025-06-01T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final String OWNER = "tank backups <jenkins@lab.example>";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aNewKeySignsAndOpensNothingAndNeverExpires() throws Exception {
        String key = NewSigningKey.make(OWNER, CLOCK);

        KeyDescription description = KeyDescription.of(bytes(key), CLOCK).get(0);
        assertThat(description.userIds()).containsExactly(OWNER);
        assertThat(description.canSign()).isTrue();
        assertThat(description.canEncrypt()).isFalse();
        assertThat(description.passphraseProtected()).isFalse();
        assertThat(description.expires()).isEmpty();
        SigningKey signer = SigningKey.read(bytes(key), Optional.empty(), CLOCK);
        new KeyProof(CLOCK, new SecureRandom()).prove(signer);
        assertThat(NewSigningKey.make(OWNER, CLOCK)).isNotEqualTo(key);
    }

    @Test
    void thePublicPartHasNothingSecretAndIsOtherwiseTheSameKey() throws Exception {
        KeyMaker key = KeyMaker.usual(OWNER, NOW.minusSeconds(60));

        String shown = PublicPart.of(key.secretKey());
        assertThat(shown)
                .startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----")
                .endsWith("-----END PGP PUBLIC KEY BLOCK-----\n");
        assertThat(Armor.keyBlocks(bytes(shown))).hasSize(1);
        KeyDescription described = KeyDescription.of(bytes(shown), CLOCK).get(0);
        assertThat(described.secret()).isFalse();
        assertThat(described)
                .isEqualTo(KeyDescription.of(key.publicKey(), CLOCK).get(0));
        assertThat(PublicPart.of(key.publicKey())).isEqualTo(shown);
        assertThat(PublicPart.of(bytes(shown))).isEqualTo(shown);
    }

    @Test
    void whatIsNoKeyHasNoPublicPart() {
        assertThatThrownBy(() -> PublicPart.of(bytes("no key")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("no OpenPGP key");
    }
}
