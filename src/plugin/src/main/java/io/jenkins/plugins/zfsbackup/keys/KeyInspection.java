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

/**
 * Says what an OpenPGP key is. The engine reads it, in a class loader of its own: its OpenPGP library stays out of the
 * plugin's, and only plain values come back.
 */
final class KeyInspection {

    private static final String DESCRIPTION = "io.jenkins.plugins.zfsbackup.engine.openpgp.KeyDescription";
    private static final int LARGEST = 1 << 20;

    private KeyInspection() {}

    /** The keys' fingerprints, owners, ends and uses, a line for each; empty if there is no key. */
    static Optional<String> of(byte[] key) {
        if (key.length == 0 || key.length > LARGEST) {
            return Optional.empty();
        }
        try {
            List<?> descriptions = (List<?>) ControllerEngine.load(DESCRIPTION)
                    .getMethod("of", byte[].class, Clock.class)
                    .invoke(null, key, Clock.systemUTC());
            List<String> lines = new ArrayList<>();
            for (Object each : descriptions) {
                lines.add(line(each));
            }
            return Optional.of(String.join("\n", lines));
        } catch (InvocationTargetException e) {
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The engine in this plugin is another version: " + e.getMessage(), e);
        }
    }

    private static String line(Object key) throws ReflectiveOperationException {
        String owner = String.join(", ", ((List<?>) value(key, "userIds")).stream().map(String::valueOf).toList());
        LocalDate expires = ((Optional<?>) value(key, "expires"))
                .map(end -> ((Instant) end).atZone(ZoneOffset.UTC).toLocalDate())
                .orElse(null);
        List<String> parts = new ArrayList<>();
        parts.add(Boolean.TRUE.equals(value(key, "secret")) ? Messages.secretKey() : Messages.publicKey());
        parts.add(value(key, "fingerprint") + " " + owner);
        parts.add(String.valueOf(value(key, "algorithm")));
        parts.add(expires == null ? Messages.neverExpires() : Messages.expires(expires));
        if (Boolean.TRUE.equals(value(key, "revoked"))) {
            parts.add(Messages.revoked());
        }
        if (Boolean.TRUE.equals(value(key, "canEncrypt"))) {
            parts.add(Messages.canEncrypt());
        }
        if (Boolean.TRUE.equals(value(key, "canSign"))) {
            parts.add(Messages.canSign());
        } else if (Boolean.TRUE.equals(value(key, "canVerify"))) {
            parts.add(Messages.canVerify());
        }
        return String.join(" · ", parts);
    }

    private static Object value(Object key, String component) throws ReflectiveOperationException {
        return key.getClass().getMethod(component).invoke(key);
    }
}
