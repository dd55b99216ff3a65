package io.jenkins.plugins.zfsbackup.engine.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What options and forms take. */
class GrammarsTest {

    @ParameterizedTest
    @CsvSource({"0, 0", "7, 7", "1K, 1024", "20MiB/s, 20971520", "512M, 536870912", "2GB, 2147483648"})
    void sizesAndRatesAreNumbersWithPowersOf1024(String text, long bytes) {
        assertThat(Quantity.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "-1", "1.5G", "20m", "9999999999999999", "999999999999999T"})
    void anythingElseIsNoSize(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Quantity.parse(text));
    }

    @Test
    void policiesAreKnownByTheirNames() {
        assertThat(PolicyName.parse("forever")).contains(new PolicyName.Forever());
        assertThat(PolicyName.parse("levels:month/day")).contains(new PolicyName.Levels(List.of("month", "day")));
        assertThat(PolicyName.parse("full-every:2w")).contains(new PolicyName.FullEvery(14));
        assertThat(List.of("", "monthly ", "levels:", "levels:day/month", "levels:day/day", "full-every:0d"))
                .allSatisfy(text -> assertThat(PolicyName.parse(text)).isEmpty());
    }

    @Test
    void rulesAreThereOnceEach() {
        assertThat(KeepRule.parse("last=7, within=30d"))
                .containsExactly(new KeepRule("last", 7, ""), new KeepRule("within", 30, "d"));
        assertThat(List.of("", "last", "last=0", "last=1,last=2", "within=3", "daily=1;weekly=2"))
                .allSatisfy(text -> assertThatIllegalArgumentException().isThrownBy(() -> KeepRule.parse(text)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sftp://lab@nas/srv", "sftp://nas:2222/~/backup", "sftp://lab@[::1]/a", "file:///srv/backup"})
    void addressesNameADirectory(String url) {
        assertThat(RepositoryAddress.parse(url))
                .hasValueSatisfying(address -> assertThat(address.isWhole()).isTrue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "nas:/srv", "sftp://nas", "sftp://nas:70000/a", "file://srv", "sftp://nas/a b", "file:///"})
    void anythingElseIsNoAddress(String url) {
        assertThat(RepositoryAddress.parse(url).filter(RepositoryAddress::isWhole))
                .isEmpty();
    }

    @Test
    void aHostKeyIsOfOneServerAtOnePort() {
        String line = "[nas.example]:2222 ssh-ed25519 " + "A".repeat(68);
        HostKeyLine key = HostKeyLine.of(line).orElseThrow();
        assertThat(key.isOf(
                        RepositoryAddress.parse("sftp://lab@NAS.example:2222/a").orElseThrow()))
                .isTrue();
        assertThat(key.isOf(RepositoryAddress.parse("sftp://lab@nas.example/a").orElseThrow()))
                .isFalse();
        assertThat(HostKeyLine.of("nas,other " + line)).isEmpty();
    }

    @Test
    void aShareIsOneOfAll() {
        assertThat(Share.parse("2/7")).isEqualTo(Optional.of(new Share(2, 7)));
        assertThat(List.of("", "0/7", "8/7", "1/", "1/0", "-1/2"))
                .allSatisfy(text -> assertThat(Share.parse(text)).isEmpty());
    }

    @Test
    void exitCodesLeadBackToOutcomes() {
        assertThat(List.of(0, 1, 2, 3, 64, 137))
                .extracting(Outcome::ofExitCode)
                .containsExactly(
                        Outcome.OK,
                        Outcome.PARTIAL,
                        Outcome.FAILED,
                        Outcome.UNREACHABLE,
                        Outcome.FAILED,
                        Outcome.FAILED);
    }
}
