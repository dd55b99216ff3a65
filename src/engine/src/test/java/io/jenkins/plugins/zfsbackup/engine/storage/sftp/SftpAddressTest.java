package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SftpAddressTest {

    @ParameterizedTest
    @CsvSource({
        "sftp://lab@nas/backups, lab, nas, 22, /backups",
        "sftp://lab@nas.example.org:2222/a/b, lab, nas.example.org, 2222, /a/b",
        "sftp://lab@my_nas//a//b/, lab, my_nas, 22, /a/b",
        "sftp://lab@nas/, lab, nas, 22, /",
        "sftp://lab@nas/~/backups, lab, nas, 22, ~/backups",
        "sftp://lab@nas/~other, lab, nas, 22, /~other",
        "sftp://lab@[2001:db8::1]/a, lab, 2001:db8::1, 22, /a",
        "sftp://lab@[2001:db8::1]:2222/a, lab, 2001:db8::1, 2222, /a",
        "sftp://la%40b@nas/with space/%C3%A4%25%3F+, la@b, nas, 22, '/with space/ä%?+'",
    })
    void anAddressIsReadAsItIsMeantAndWrittenSoThatItReadsBack(
            String url, String user, String host, int port, String path) throws UsageException {
        SftpAddress address = SftpAddress.parse(url);
        assertThat(address).isEqualTo(new SftpAddress(user, host, port, path));
        assertThat(SftpAddress.parse(address.toString())).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nas:/backups",
                "ftp://lab@nas/a",
                "sftp://nas/a",
                "sftp://@nas/a",
                "sftp://lab@/a",
                "sftp://lab@nas",
                "sftp://lab@nas/~",
                "sftp://lab@nas/~/",
                "sftp://lab@nas:0/a",
                "sftp://lab@nas:65536/a",
                "sftp://lab@nas:ssh/a",
                "sftp://lab@nas/a/../b",
                "sftp://lab@nas/a/%2e%2e/b",
                "sftp://lab@nas/a%00b",
                "sftp://lab@nas/a?b",
                "sftp://lab@nas/a#b",
                "sftp://lab@nas/100%",
                "sftp://lab@2001:db8::1/a"
            })
    void nonsenseIsWrongUsage(String url) {
        assertThatThrownBy(() -> SftpAddress.parse(url)).isInstanceOf(UsageException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "sftp://lab@nas/a#b, Write %23 for a #",
        "sftp://lab@nas/a?b, Write %3F for a ?",
        "sftp://la#b@nas/a, Write %23 for a #",
        "sftp://lab@nas/B%ce, '\"%ce\" in it is no text in UTF-8'",
        "sftp://lab@nas/%C3%A4%ff%fe, '\"%C3%A4%ff%fe\" in it is no text in UTF-8'",
        "sftp://lab@nas/%c0%af, is no text in UTF-8",
        "sftp://lab@nas/%ed%a0%80, is no text in UTF-8",
        "sftp://l%e4b@nas/a, is no text in UTF-8",
        "sftp://lab@nas/a%2Fb, Write / between folders",
        "sftp://lab@nas/a%zz, Write %25 for a percent sign",
        "sftp://lab@nas/a%4, Write %25 for a percent sign",
        "sftp://lab@nas/100%, Write %25 for a percent sign",
        "sftp://lab@nas/B\uFFFDro, LC_ALL=C.UTF-8",
    })
    void whatCanNotBeReadToTheLetterIsRefusedWithTheWayToWriteIt(String url, String said) {
        assertThatThrownBy(() -> SftpAddress.parse(url))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(said);
    }

    @Test
    void aPasswordIsRefusedAndNotShown() {
        assertThatThrownBy(() -> SftpAddress.parse("sftp://lab:secret@nas/a"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("password")
                .hasMessageNotContaining("secret");
    }
}
