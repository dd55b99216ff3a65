package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import com.jcraft.jsch.AgentIdentityRepository;
import com.jcraft.jsch.AgentProxyException;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.KeyPair;
import com.jcraft.jsch.SSHAgentConnector;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.protocol.HostKeyLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The keys that the user logs in with: the given one; else those of the agent at {@code SSH_AUTH_SOCK}, if it has any;
 * else the usual files in {@code ~/.ssh}.
 */
final class UserKeys {

    /** An agent is a program of this machine, and asks nobody before it names its keys. */
    private static final long AGENT_SECONDS = 5;

    private final JSch jsch = new JSch();
    private final List<String> offered = new ArrayList<>();

    UserKeys(SftpSettings settings) throws UsageException {
        if (settings.identity().isPresent()) {
            add("the given key", settings.identity().get(), settings.passphrase());
            return;
        }
        String agent = System.getenv("SSH_AUTH_SOCK");
        if (agent == null || agent.isEmpty() || !useAgent(agent)) {
            addUsualFiles(settings);
        }
    }

    /** The library with the keys in it. */
    JSch jsch() {
        return jsch;
    }

    /** What is offered to a server, and what was left out and why, for a message. */
    String offered() {
        return offered.isEmpty() ? "no key" : String.join(", ", offered);
    }

    /** Whether exactly one key is there, so that it need not be asked for which one the server takes. */
    boolean single() {
        return jsch.getIdentityRepository().getIdentities().size() == 1;
    }

    private boolean useAgent(String socket) {
        try {
            AgentIdentityRepository keys = new AgentIdentityRepository(new SSHAgentConnector());
            int count = count(keys);
            if (count == 0) {
                // Also when nobody listens any more at the socket, as in a session that outlived its agent.
                offered.add("the agent at " + socket + " (it has no keys, or does not answer)");
                return false;
            }
            jsch.setIdentityRepository(keys);
            offered.add("the " + (count == 1 ? "key" : count + " keys") + " of the agent at " + socket);
            return true;
        } catch (AgentProxyException e) {
            offered.add("no agent (" + Reason.of(e) + ")");
            return false;
        }
    }

    /** How many keys the agent has; none if it does not say so in time. */
    private static int count(AgentIdentityRepository keys) {
        CompletableFuture<Integer> count = new CompletableFuture<>();
        Thread asking = new Thread(
                () -> {
                    try {
                        count.complete(keys.getIdentities().size());
                    } catch (RuntimeException | Error e) {
                        // It answered nonsense.
                        count.complete(0);
                    }
                },
                "ssh-agent");
        asking.setDaemon(true);
        asking.start();
        return count.completeOnTimeout(0, AGENT_SECONDS, TimeUnit.SECONDS).join();
    }

    private void addUsualFiles(SftpSettings settings) {
        for (String name : List.of("id_ed25519", "id_ecdsa", "id_rsa")) {
            Path file = settings.home().resolve(".ssh").resolve(name);
            if (!Files.isReadable(file)) {
                continue;
            }
            try {
                add(file.toString(), Files.readAllBytes(file), settings.passphrase());
            } catch (UsageException e) {
                // One of several keys that happen to lie there: another one may do.
                offered.add(file + " (not used: " + e.said() + ")");
            } catch (IOException e) {
                offered.add(file + " (not used: " + Reason.of(e) + ")");
            }
        }
    }

    private void add(String name, byte[] key, Optional<byte[]> passphrase) throws UsageException {
        String doing = "reading the SSH key";
        KeyPair pair;
        try {
            pair = KeyPair.load(jsch, key.clone(), null);
        } catch (JSchException | RuntimeException e) {
            throw new UsageException(
                    doing,
                    "it is no private key in OpenSSH or PEM form (" + Reason.of(e) + ")",
                    "Give the private file, the one without .pub.",
                    e);
        }
        try {
            unlock(doing, pair, passphrase);
            jsch.addIdentity(
                    name, key.clone(), null, passphrase.map(byte[]::clone).orElse(null));
            offered.add(name
                    + Optional.ofNullable(pair.getPublicKeyBlob())
                            .map(blob -> " (" + HostKeyLine.fingerprint(blob) + ")")
                            .orElse(""));
        } catch (JSchException e) {
            throw new UsageException(doing, Reason.of(e), "", e);
        } finally {
            pair.dispose();
        }
    }

    private static void unlock(String doing, KeyPair pair, Optional<byte[]> passphrase) throws UsageException {
        if (!pair.isEncrypted()) {
            return;
        }
        if (passphrase.isEmpty()) {
            throw new UsageException(doing, "it needs a passphrase", Wording.IDENTITY_LOCKED.text());
        }
        if (!pair.decrypt(passphrase.get().clone())) {
            throw new UsageException(doing, "the passphrase does not open it", "Is it the one of this key?");
        }
    }
}
