package io.jenkins.plugins.zfsbackup.keys;

import io.jenkins.plugins.zfsbackup.agent.ControllerEngine;
import java.lang.reflect.InvocationTargetException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Says what an OpenPGP key is, and makes one. The engine does it, in a class loader of its own: its OpenPGP library
 * stays out of the plugin's, and only plain values come back.
 */
public final class KeyInspection {

    private static final String OPENPGP = "io.jenkins.plugins.zfsbackup.engine.openpgp.";
    private static final String DESCRIPTION = OPENPGP + "KeyDescription";
    private static final int LARGEST = 1 << 20;

    private KeyInspection() {}

    /** The keys in a file, armored or binary; none if it is no key. */
    public static List<KeyFacts> of(byte[] keys) {
        if (keys.length == 0 || keys.length > LARGEST) {
            return List.of();
        }
        try {
            List<?> descriptions = (List<?>) ControllerEngine.load(DESCRIPTION)
                    .getMethod("of", byte[].class, Clock.class)
                    .invoke(null, keys, Clock.systemUTC());
            List<KeyFacts> facts = new ArrayList<>();
            for (Object each : descriptions) {
                facts.add(facts(each));
            }
            return facts;
        } catch (InvocationTargetException e) {
            return List.of();
        } catch (ReflectiveOperationException e) {
            throw otherVersion(e);
        }
    }

    /** Which keys in a file can't be used although they are keys, and why; mostly none. */
    public static List<String> unusable(byte[] keys) {
        if (keys.length == 0 || keys.length > LARGEST) {
            return List.of();
        }
        try {
            return ((List<?>) ControllerEngine.load(DESCRIPTION)
                            .getMethod("unusable", byte[].class)
                            .invoke(null, keys))
                    .stream().map(String::valueOf).toList();
        } catch (ReflectiveOperationException e) {
            throw otherVersion(e);
        }
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
        try {
            return (boolean) ControllerEngine.load(DESCRIPTION)
                    .getMethod("opens", byte[].class, char[].class)
                    .invoke(null, keys, passphrase.toCharArray());
        } catch (InvocationTargetException e) {
            return false;
        } catch (ReflectiveOperationException e) {
            throw otherVersion(e);
        }
    }

    /** The public keys of a file, public or secret, in ASCII armor; empty if it is no key. */
    public static Optional<String> publicPart(byte[] keys) {
        if (of(keys).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of((String) ControllerEngine.load(OPENPGP + "PublicPart")
                    .getMethod("of", byte[].class)
                    .invoke(null, keys));
        } catch (InvocationTargetException e) {
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw otherVersion(e);
        }
    }

    /**
     * A new key that signs and opens nothing.
     *
     * @param owner whom it belongs to, as {@code Name <address>}
     * @return the secret key in ASCII armor, without a passphrase
     */
    public static String newSigningKey(String owner) {
        try {
            return (String) ControllerEngine.load(OPENPGP + "NewSigningKey")
                    .getMethod("make", String.class, Clock.class)
                    .invoke(null, owner, Clock.systemUTC());
        } catch (ReflectiveOperationException e) {
            throw otherVersion(e);
        }
    }

    /** The keys, a line for each. */
    static String lines(List<KeyFacts> keys) {
        return keys.stream().map(KeyFacts::line).collect(Collectors.joining("\n"));
    }

    private static IllegalStateException otherVersion(ReflectiveOperationException e) {
        return new IllegalStateException("The engine in this plugin is another version: " + e.getMessage(), e);
    }

    private static KeyFacts facts(Object key) throws ReflectiveOperationException {
        return new KeyFacts(
                String.valueOf(value(key, "fingerprint")),
                ((List<?>) value(key, "userIds")).stream().map(String::valueOf).collect(Collectors.joining(", ")),
                String.valueOf(value(key, "algorithm")),
                ((Optional<?>) value(key, "expires")).map(KeyInspection::day),
                is(key, "revoked"),
                is(key, "secret"),
                is(key, "passphraseProtected"),
                is(key, "canEncrypt"),
                is(key, "canSign"),
                is(key, "canVerify"));
    }

    private static LocalDate day(Object instant) {
        return ((Instant) instant).atZone(ZoneOffset.UTC).toLocalDate();
    }

    private static boolean is(Object key, String component) throws ReflectiveOperationException {
        return (boolean) value(key, component);
    }

    private static Object value(Object key, String component) throws ReflectiveOperationException {
        return key.getClass().getMethod(component).invoke(key);
    }
}
