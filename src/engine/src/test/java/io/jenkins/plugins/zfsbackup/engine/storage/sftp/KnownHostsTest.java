package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.storage.sftp.KnownHosts.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KnownHostsTest {

    private static final byte[] KEY = {1, 2, 3, 4};
    private static final byte[] OTHER = {5, 6, 7, 8};

    private static String ed25519(byte[] key) {
        return " ssh-ed25519 " + Base64.getEncoder().encodeToString(key);
    }

    private static KnownHosts known(String... lines) {
        return KnownHosts.read(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aHostIsTrustedByItsOwnKeyAlone() {
        KnownHosts known = known("# a comment", "", "nas,10.0.0.1" + ed25519(KEY) + " with a comment");
        assertThat(known.judge("nas", 22, KEY)).isEqualTo(Verdict.TRUSTED);
        assertThat(known.judge("NAS", 22, KEY)).isEqualTo(Verdict.TRUSTED);
        assertThat(known.judge("10.0.0.1", 22, KEY)).isEqualTo(Verdict.TRUSTED);
        assertThat(known.judge("nas", 22, OTHER)).isEqualTo(Verdict.CHANGED);
        assertThat(known.judge("nas2", 22, KEY)).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void aPortHasAKeyOfItsOwn() {
        KnownHosts known = known("[nas]:2222" + ed25519(KEY), "nas" + ed25519(OTHER));
        assertThat(known.judge("nas", 2222, KEY)).isEqualTo(Verdict.TRUSTED);
        assertThat(known.judge("nas", 22, KEY)).isEqualTo(Verdict.CHANGED);
        assertThat(known.judge("nas", 2200, KEY)).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void theKeyListedWithoutAPortIsTrustedOnOtherPortsToo() {
        KnownHosts known = known("nas" + ed25519(KEY));
        assertThat(known.judge("nas", 2222, KEY)).isEqualTo(Verdict.TRUSTED);
        assertThat(known.judge("nas", 2222, OTHER)).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void wildcardsAndNegationsMeanWhatTheyMeanInOpenSsh() {
        KnownHosts known = known("*.example.org,!evil.example.org,n?s" + ed25519(KEY));
        assertThat(known.judge("a.example.org", 22, KEY)).isEqualTo(Verdict.TRUSTED);
        assertThat(known.judge("evil.example.org", 22, KEY)).isEqualTo(Verdict.UNKNOWN);
        assertThat(known.judge("nas", 22, KEY)).isEqualTo(Verdict.TRUSTED);
        assertThat(known.judge("naas", 22, KEY)).isEqualTo(Verdict.UNKNOWN);
        assertThat(known.judge("aXexample.org", 22, KEY)).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void aRevokedKeyIsRevokedWhateverElseIsSaid() {
        KnownHosts known = known("nas" + ed25519(KEY), "@revoked *" + ed25519(KEY));
        assertThat(known.judge("nas", 22, KEY)).isEqualTo(Verdict.REVOKED);
        assertThat(known.judge("nas", 2222, KEY)).isEqualTo(Verdict.REVOKED);
        assertThat(known.judge("nas", 22, OTHER)).isEqualTo(Verdict.CHANGED);
    }

    @Test
    void whatCanNotBeReadIsPassedOver() {
        KnownHosts known = known(
                "@cert-authority *" + ed25519(OTHER),
                "nas ssh-ed25519",
                "nas ssh-ed25519 !!!",
                "|1|broken" + ed25519(OTHER),
                "|1|!!|!!" + ed25519(OTHER),
                "nas" + ed25519(KEY));
        assertThat(known.judge("nas", 22, KEY)).isEqualTo(Verdict.TRUSTED);
        assertThat(known.judge("other", 22, OTHER)).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void theTypesOfKnownKeysAreAskedForFirst() {
        KnownHosts known = known("nas ecdsa-sha2-nistp256 AAAA", "nas ssh-rsa AAAA");
        assertThat(known.types("nas", 22)).containsExactly("ecdsa-sha2-nistp256", "ssh-rsa");
        HostKeys keys = new HostKeys(known, new SftpAddress("lab", "nas", 22, "/a"), Optional.empty());
        assertThat(keys.algorithms())
                .startsWith("ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256,")
                .contains("ssh-ed25519")
                .doesNotContain("ssh-rsa,");
    }

    @Test
    void anAuthorityMakesNoHostKnownAndIsToldOf() {
        KnownHosts known = known("@cert-authority *.example.org" + ed25519(KEY), "plain" + ed25519(OTHER));
        assertThat(known.judge("nas.example.org", 22, KEY)).isEqualTo(Verdict.UNKNOWN);
        assertThat(known.judge("nas.example.org", 22, OTHER)).isEqualTo(Verdict.UNKNOWN);
        assertThat(known.types("nas.example.org", 22)).isEmpty();
        assertThat(known.hasAuthority("NAS.example.org", 2222)).isTrue();
        assertThat(known.hasAuthority("plain", 22)).isFalse();
    }

    @Test
    void aMarkerIsOneToTheLetter() {
        KnownHosts known = known(
                "@revokedish *" + ed25519(KEY),
                "@other nas" + ed25519(OTHER),
                "@revoked",
                "@cert-authority",
                "nas" + ed25519(KEY));
        assertThat(known.judge("nas", 22, KEY)).isEqualTo(Verdict.TRUSTED);
        assertThat(known.judge("nas", 22, OTHER)).isEqualTo(Verdict.CHANGED);
        assertThat(known.hasAuthority("nas", 22)).isFalse();
    }
}
