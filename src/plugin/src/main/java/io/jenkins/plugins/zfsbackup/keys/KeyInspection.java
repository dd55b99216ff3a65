package io.jenkins.plugins.zfsbackup.keys;

import io.jenkins.plugins.zfsbackup.agent.AgentJson;
import io.jenkins.plugins.zfsbackup.agent.ControllerEngine;
import io.jenkins.plugins.zfsbackup.agent.EngineRequest;
import io.jenkins.plugins.zfsbackup.agent.Room;
import io.jenkins.plugins.zfsbackup.engine.protocol.KeysResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.KeysResult.Key;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Says what an OpenPGP key is, and makes one. The engine does it, in a class loader of its own: a request goes in, and
 * its result comes out.
 */
public final class KeyInspection {

    private static final String COMMAND = "keys";
    private static final int LARGEST = 1 << 20;
    private static final KeysResult NONE = new KeysResult("", List.of(), List.of(), false, "", "", "");

    private KeyInspection() {}

    /** The keys in a file, armored or binary; none if it is no key. */
    public static List<Key> of(byte[] keys) {
        return ask(keys).keys();
    }

    /** Which keys in a file can't be used although they are keys, and why; mostly none. */
    public static List<String> unusable(byte[] keys) {
        return ask(keys).unusable();
    }

    /** Why there is no key in a file that could be used, and what to do. */
    public static String whyNone(byte[] keys) {
        List<String> unusable = unusable(keys);
        return unusable.isEmpty() ? Messages.noKey() : whyUnusable(unusable);
    }

    /** Why these keys can't be used, and what to do. */
    public static String whyUnusable(List<String> reasons) {
        return Messages.unusableKey(String.join("; ", reasons));
    }

    /** Whether a passphrase opens the secret keys of a file; also if none of them needs one. */
    public static boolean opens(byte[] keys, String passphrase) {
        return ask(question(keys).secret("--passphrase-file", "passphrase", passphrase))
                .opened();
    }

    /** The public keys of a file, public or secret, in ASCII armor; empty if it is no key. */
    public static Optional<String> publicPart(byte[] keys) {
        return Optional.of(ask(keys).publicPart()).filter(part -> !part.isEmpty());
    }

    /**
     * A new key that signs and opens nothing.
     *
     * @param owner whom it belongs to, as {@code Name <address>}
     * @return the secret key in ASCII armor, without a passphrase
     */
    public static String newSigningKey(String owner) {
        return ask(new EngineRequest(COMMAND).with("--new=" + owner)).secretPart();
    }

    private static EngineRequest question(byte[] keys) {
        return new EngineRequest(COMMAND).secret("--key", "key", keys);
    }

    private static KeysResult ask(byte[] keys) {
        return keys.length == 0 || keys.length > LARGEST ? NONE : ask(question(keys));
    }

    private static KeysResult ask(EngineRequest request) {
        try {
            return AgentJson.read(
                    new ByteArrayInputStream(ControllerEngine.answer(request)), KeysResult.class, new WholeKeys());
        } catch (IOException e) {
            throw new UncheckedIOException("The engine in this plugin can't tell what a key is: " + e.getMessage(), e);
        }
    }

    /** Room for keys as they are. */
    private static final class WholeKeys extends Room {

        private static final int MOST_VALUES = 10_000;

        WholeKeys() {
            super(MOST_VALUES, 4 * LARGEST);
        }

        @Override
        protected int longestText() {
            return 2 * LARGEST;
        }
    }

    /** The keys, a line for each. */
    static String lines(List<Key> keys) {
        return keys.stream().map(KeyLine::of).collect(Collectors.joining("\n"));
    }
}
