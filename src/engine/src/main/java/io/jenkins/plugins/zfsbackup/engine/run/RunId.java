package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.repository.LockOwner;
import io.jenkins.plugins.zfsbackup.engine.repository.ProcessIdentity;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;

/** Names runs, so that a manifest, a lock and a log line can be told to belong together. */
public final class RunId {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private RunId() {}

    /** A new name: the time, for people, and something random, for uniqueness. */
    public static String create(Instant now) {
        byte[] random = new byte[4];
        new SecureRandom().nextBytes(random);
        return TIME.format(now) + "-" + HexFormat.of().formatHex(random);
    }

    /** This process as the owner of locks. */
    static LockOwner owner(String run) {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // A machine that can't resolve its own name still says it, first thing in the message.
            host = Reason.of(e).split("[: ]")[0];
        }
        return new LockOwner(System.getProperty("user.name", "?"), host, ProcessIdentity.current(), run);
    }
}
