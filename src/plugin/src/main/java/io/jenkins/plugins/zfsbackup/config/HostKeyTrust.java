package io.jenkins.plugins.zfsbackup.config;

import java.util.Arrays;
import java.util.Optional;

/** By what an SFTP server is known to be the right one. */
public enum HostKeyTrust {
    /** The keys written down in the repository's settings. */
    GIVEN,
    /** The {@code known_hosts} of the agent's user. */
    AGENT,
    /** The key that the server shows the first time, which is then written down and holds from there on. */
    FIRST_USE;

    /** The one of that name; empty for what a half-filled form sends. */
    static Optional<HostKeyTrust> named(String name) {
        return Arrays.stream(values()).filter(each -> each.name().equals(name)).findFirst();
    }

    /** In the reader's language. */
    public String label() {
        return switch (this) {
            case GIVEN -> Messages.trust_given();
            case AGENT -> Messages.trust_agent();
            case FIRST_USE -> Messages.trust_firstUse();
        };
    }
}
