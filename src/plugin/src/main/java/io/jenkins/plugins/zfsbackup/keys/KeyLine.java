package io.jenkins.plugins.zfsbackup.keys;

import io.jenkins.plugins.zfsbackup.engine.protocol.KeysResult.Key;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** What an OpenPGP key is, in one line. Nothing secret is in it. */
public final class KeyLine {

    private KeyLine() {}

    /** In the reader's language. */
    public static String of(Key key) {
        List<String> parts = new ArrayList<>();
        parts.add(key.secret() ? Messages.secretKey() : Messages.publicKey());
        parts.add(name(key));
        parts.add(key.algorithm());
        parts.add(key.expires()
                .map(time -> time.atZone(ZoneOffset.UTC).toLocalDate())
                .map(Messages::expires)
                .orElseGet(Messages::neverExpires));
        if (key.revoked()) {
            parts.add(Messages.revoked());
        }
        if (key.canEncrypt()) {
            parts.add(Messages.canEncrypt());
        }
        if (key.canSign()) {
            parts.add(Messages.canSign());
        } else if (key.canVerify()) {
            parts.add(Messages.canVerify());
        }
        return String.join(" · ", parts);
    }

    /** What to call it in a sentence. */
    public static String name(Key key) {
        String owner = String.join(", ", key.owners());
        return owner.isEmpty() ? key.fingerprint() : key.fingerprint() + " " + owner;
    }
}
