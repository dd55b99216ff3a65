package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Questions about keys, as requests that this process answers. */
class KeysCommandTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static JsonNode answer(List<String> arguments, Map<String, byte[]> secrets) throws IOException {
        return JSON.readTree(Main.answer(JSON.writeValueAsBytes(Map.of("arguments", arguments, "secrets", secrets))));
    }

    @Test
    void aSigningKeyIsMadeAndDescribed() throws IOException {
        JsonNode made = answer(List.of("keys", "--new=Lab <lab@example>"), Map.of());
        byte[] secret = made.path("secretPart").asText().getBytes(StandardCharsets.US_ASCII);

        JsonNode told = answer(
                List.of("keys", "--key", "request:key", "--passphrase-file", "request:passphrase"),
                Map.of("key", secret, "passphrase", new byte[0]));
        JsonNode ofPublic = answer(
                List.of("keys", "--key", "request:key"),
                Map.of("key", told.path("publicPart").asText().getBytes(StandardCharsets.US_ASCII)));

        JsonNode key = told.at("/keys/0");
        assertThat(key.path("owners")).extracting(JsonNode::asText).containsExactly("Lab <lab@example>");
        assertThat(key.path("secret").asBoolean()).isTrue();
        assertThat(key.path("locked").asBoolean()).isFalse();
        assertThat(key.path("canSign").asBoolean()).isTrue();
        assertThat(key.path("canEncrypt").asBoolean()).isFalse();
        assertThat(key.has("expires")).isFalse();
        assertThat(told.path("opened").asBoolean()).isTrue();
        assertThat(told.has("secretPart")).as("of a key that was not made").isFalse();
        assertThat(ofPublic.at("/keys/0/fingerprint")).isEqualTo(key.path("fingerprint"));
        assertThat(ofPublic.at("/keys/0/secret").asBoolean()).isFalse();
    }

    @Test
    void thatAFileIsNoKeyIsAnAnswer() throws IOException {
        JsonNode told = answer(List.of("keys", "--key", "request:key"), Map.of("key", new byte[] {1, 2, 3}));

        assertThat(told.path("keys")).isEmpty();
        assertThat(told.path("publicPart").asText()).isEmpty();
        assertThat(told.has("message")).isFalse();
    }

    @Test
    void whatIsWrongWithTheRequestIsSaidInTheAnswer() throws IOException {
        JsonNode told = answer(List.of("keys", "--key", "request:other"), Map.of());

        assertThat(told.path("outcome").asText()).isEqualTo("failed");
        assertThat(told.path("message").asText()).contains("request:other");
    }
}
