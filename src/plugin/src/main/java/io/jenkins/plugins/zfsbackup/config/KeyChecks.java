package io.jenkins.plugins.zfsbackup.config;

import com.cloudbees.plugins.credentials.common.StandardCredentials;
import hudson.Util;
import hudson.util.FormValidation;
import io.jenkins.plugins.zfsbackup.engine.protocol.KeysResult.Key;
import io.jenkins.plugins.zfsbackup.keys.KeyFinder;
import io.jenkins.plugins.zfsbackup.keys.KeyInspection;
import io.jenkins.plugins.zfsbackup.keys.KeyLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What a repository's form says of the keys in it. */
final class KeyChecks {

    private KeyChecks() {}

    /**
     * Public keys in a text: what they are, or what is wrong with them.
     *
     * @param missing what to say if there is none
     * @param use what each must be good for
     * @param unfit what to say of one that is not
     */
    static FormValidation publicKeys(String text, String missing, Predicate<Key> use, Function<Object, String> unfit) {
        if (text.contains("PGP PRIVATE KEY")) {
            return FormValidation.error(Messages.secretKeyInText());
        }
        List<Key> keys = keysIn(text);
        List<String> unusable = BackupRepository.keysIn(text).stream()
                .flatMap(block -> KeyInspection.unusable(block.getBytes(StandardCharsets.UTF_8)).stream())
                .toList();
        if (keys.isEmpty() && unusable.isEmpty()) {
            return FormValidation.error(missing);
        }
        List<FormValidation> said = new ArrayList<>();
        if (!unusable.isEmpty()) {
            said.add(FormValidation.error(KeyInspection.whyUnusable(unusable)));
        }
        for (Key key : keys) {
            said.add(
                    use.test(key)
                            ? FormValidation.ok(KeyLine.of(key))
                            : FormValidation.error(unfit.apply(KeyLine.of(key))));
        }
        return FormValidation.aggregate(said);
    }

    private static List<Key> keysIn(String text) {
        return BackupRepository.keysIn(text).stream()
                .flatMap(block -> KeyInspection.of(block.getBytes(StandardCharsets.UTF_8)).stream())
                .toList();
    }

    /** Whether there is a credential of an id for anybody. */
    static FormValidation isThere(String id, List<Class<? extends StandardCredentials>> types) {
        if (id.isEmpty()) {
            return FormValidation.ok();
        }
        return switch (KeyFinder.whereIs(id, types)) {
            case JENKINS -> FormValidation.ok();
            case FOLDER -> FormValidation.ok(Messages.onlyInFolder(id));
            case NOWHERE -> FormValidation.error(Messages.noSuchCredential(id));
        };
    }

    /** What a server has to know of an SSH key: its public half, where that can be told. */
    static FormValidation ssh(String id) {
        FormValidation there = isThere(id, KeyFinder.SSH_KEYS);
        return KeyFinder.publicLine(id)
                .map(line -> FormValidation.okWithMarkup(
                        Util.escape(Messages.authorizedKeys()) + "<br><code>" + line + "</code>"))
                .orElse(there);
    }

    /** The key to sign with goes to every agent that backs up, and should open nothing. */
    static FormValidation signing(String id, String recipients, String decryptionId) {
        FormValidation there = isThere(id, KeyFinder.OPENPGP_KEYS);
        Optional<KeyFinder.Key> key = keyOf(id);
        if (key.isEmpty()) {
            return there;
        }
        List<Key> facts = KeyInspection.of(key.get().content());
        if (facts.stream().noneMatch(Key::canSign)) {
            return FormValidation.error(Messages.notForSigning(lines(facts)));
        }
        if (!KeyInspection.opens(key.get().content(), key.get().passphrase())) {
            return FormValidation.error(Messages.passphraseOfKey(id));
        }
        return id.equals(decryptionId) || opens(facts, recipients)
                ? FormValidation.warning(Messages.signingKeyOpens())
                : FormValidation.ok(lines(facts));
    }

    /** The key to decrypt with has to be one of those that are encrypted to. */
    static FormValidation decryption(String id, String recipients) {
        FormValidation there = isThere(id, KeyFinder.OPENPGP_KEYS);
        Optional<KeyFinder.Key> key = keyOf(id);
        if (key.isEmpty()) {
            return there;
        }
        List<Key> facts = KeyInspection.of(key.get().content());
        if (facts.stream().noneMatch(Key::secret)) {
            return FormValidation.error(Messages.notSecret(lines(facts)));
        }
        if (!KeyInspection.opens(key.get().content(), key.get().passphrase())) {
            return FormValidation.error(Messages.passphraseOfKey(id));
        }
        return recipients.isBlank() || opens(facts, recipients)
                ? FormValidation.ok(lines(facts))
                : FormValidation.warning(Messages.opensNothing(lines(facts)));
    }

    private static boolean opens(List<Key> secret, String recipients) {
        Set<String> encryptedTo =
                keysIn(recipients).stream().map(Key::fingerprint).collect(Collectors.toSet());
        return secret.stream().anyMatch(key -> encryptedTo.contains(key.fingerprint()));
    }

    private static String lines(List<Key> keys) {
        return keys.stream().map(KeyLine::of).collect(Collectors.joining("; "));
    }

    private static Optional<KeyFinder.Key> keyOf(String id) {
        try {
            return id.isEmpty()
                    ? Optional.empty()
                    : Optional.of(KeyFinder.forAdministrator().openPgpKey(id));
        } catch (IOException e) {
            // There is none in Jenkins itself, which is for others to say.
            return Optional.empty();
        }
    }
}
