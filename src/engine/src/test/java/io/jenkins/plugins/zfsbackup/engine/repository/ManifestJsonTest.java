package io.jenkins.plugins.zfsbackup.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestJsonTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Manifest manifest = Manifests.incremental("tank/home", "a", "b", 5000, 700);
    private final byte[] written = ManifestJson.write(manifest);

    private static void read(String json) throws BackupException {
        ManifestJson.read(json.getBytes(StandardCharsets.UTF_8), "the manifest");
    }

    @Test
    void readsWhatItWrites() throws IOException {
        assertThat(ManifestJson.read(written, "it")).isEqualTo(manifest);
    }

    @Test
    void keepsFieldsOfLaterMinorVersions() throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(written);
        json.put("formatVersion", "1.7").putObject("later").put("x", 1);

        Manifest read = ManifestJson.read(JSON.writeValueAsBytes(json), "it");

        assertThat(JSON.readTree(ManifestJson.write(read))).isEqualTo(json);
    }

    @Test
    void refusesALaterMajorVersion() throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(written);
        json.put("formatVersion", "2.0");

        assertThatThrownBy(() -> read(json.toString()))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("2.0")
                .hasMessageContaining("newer zfs-backup");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "formatVersion",
                "dataset",
                "kind",
                "snapshot",
                "base",
                "stream",
                "rawBytes",
                "storedBytes",
                "compression",
                "volumes",
                "sequence",
                "run",
                "created"
            })
    void namesAFieldThatIsMissing(String field) throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(written);
        json.remove(field);

        assertThatThrownBy(() -> read(json.toString())).isInstanceOf(IntegrityException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/rawBytes, 5001, add up",
        "/storedBytes, -1, no size",
        "/volumes/0/storedBytes, 1e3, no size",
        "/volumes/0/name, \"../../etc/passwd\", named",
        "/volumes/0/rawSha256, \"xyz\", SHA-256",
        "/snapshot/name, \"a/../b\", named",
        "/snapshot/guid, \"-5\", unsigned",
        "/stream/toGuid, \"17\", leads to guid 17",
        "/stream/fromGuid, \"0\", builds on guid 0",
        "/compression, \"rar\", compression",
        "/kind, \"full\", full stream has no base",
        "/sequence, 0, sequence is 0",
        "/sequence, 1000000001, sequence is 1000000001",
        "/created, \"yesterday\", no time",
        "/encryption/recipients/0, \"me\", fingerprint",
        "/encryption/method, \"rot13\", encryption method",
        "/created, \"+1000000000-12-31T23:59:59Z\", no time",
        "/created, \"-0001-12-31T23:59:59Z\", no time",
        "/snapshot/created, \"+10000-01-01T00:00:00Z\", no time",
        "/snapshot/guid, \"0\", guid 0",
        "/base/guid, \"18446744073709550714\", named twice",
        "/snapshot/guid, \"18446744073709551616\", unsigned",
        "/volumes/0/rawBytes, 1073741825, no engine writes such volumes",
        "/volumes/0/rawBytes, 9223372036854775807, no engine writes such volumes",
        "/volumes/0/rawBytes, 9223372036854775808, no size",
        "/volumes/0/storedBytes, 1073741824, no engine writes such volumes",
        "/volumes/0/name, \"00002.zfs.zst.gpg\", in the place of 00001",
        "/volumes/0/name, \"00001.zfs.zst\", 'the volumes are named *.zfs.zst, and would be *.zfs.zst.gpg'",
        "/compression, \"gzip:6\", would be *.zfs.gz.gpg",
        "/between, [{}], name is missing",
        "/between, [[]], name is missing",
        "/between, {}, no JSON array",
        "/volumes, 5, no JSON array"
    })
    void saysWhichFieldIsWrong(String pointer, String value, String said) throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(written);
        int slash = pointer.lastIndexOf('/');
        var parent = slash == 0 ? json : json.at(pointer.substring(0, slash));
        String last = pointer.substring(slash + 1);
        if (parent.isArray()) {
            ((com.fasterxml.jackson.databind.node.ArrayNode) parent).set(Integer.parseInt(last), JSON.readTree(value));
        } else {
            ((ObjectNode) parent).set(last, JSON.readTree(value));
        }

        assertThatThrownBy(() -> read(json.toString()))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining(said);
    }

    @Test
    void refusesAManifestThatIsCutAnywhere() {
        for (int length = 0; length < written.length - 2; length++) {
            byte[] cut = Arrays.copyOf(written, length);
            assertThatThrownBy(() -> ManifestJson.read(cut, "it")).isInstanceOf(IntegrityException.class);
        }
    }

    @Test
    void nothingButARefusalComesOfRandomDamage() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = written.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                ManifestJson.read(damaged, "it");
            } catch (BackupException e) {
                assertThat(e).isInstanceOf(IntegrityException.class);
            }
        }
    }
}
