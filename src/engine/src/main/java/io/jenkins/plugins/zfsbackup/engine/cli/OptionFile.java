package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** What options name: a file, or what a request brought along under {@code request:NAME}. */
final class OptionFile {

    private static final long LARGEST = 16 << 20;

    private OptionFile() {}

    /** Whether a request brought it along. */
    static boolean isGiven(String name) {
        return name.startsWith(Request.SECRET);
    }

    /** @param what is read, for messages, e.g. {@code the signing key} */
    static byte[] read(Environment environment, String name, String what) throws UsageException {
        if (isGiven(name)) {
            byte[] content = environment.secrets().get(name.substring(Request.SECRET.length()));
            if (content == null) {
                throw new UsageException("reading " + what, "the request has no " + name, "");
            }
            return content;
        }
        Path file = Path.of(name.startsWith("~/") ? environment.home() + name.substring(1) : name);
        try {
            if (Files.size(file) > LARGEST) {
                throw new UsageException(
                        "reading " + what + " from " + file, "it is larger than 16 MiB", "That is no key.");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new UsageException("reading " + what + " from " + file, "there is no such file", "", e);
        } catch (UsageException e) {
            throw e;
        } catch (IOException e) {
            throw new UsageException("reading " + what + " from " + file, Reason.of(e), "", e);
        }
    }

    /** The first line, as a passphrase. */
    static char[] passphrase(Environment environment, String name) throws UsageException {
        byte[] content = read(environment, name, "the passphrase");
        int end = 0;
        while (end < content.length && content[end] != '\n' && content[end] != '\r') {
            end++;
        }
        try {
            CharBuffer chars = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content, 0, end));
            char[] passphrase = new char[chars.remaining()];
            chars.get(passphrase);
            if (chars.hasArray()) {
                Arrays.fill(chars.array(), '\0');
            }
            return passphrase;
        } catch (CharacterCodingException e) {
            throw new UsageException("reading the passphrase from " + name, "it is not UTF-8 text", "", e);
        }
    }
}
