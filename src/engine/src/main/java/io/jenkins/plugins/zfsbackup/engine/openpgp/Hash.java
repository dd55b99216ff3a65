package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.function.Supplier;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA224Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA3Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.openpgp.PGPException;

/**
 * The hashes that are accepted in signatures (RFC 9580, section 9.5), computed by the JDK. MD5 and RIPEMD-160 are not
 * accepted. SHA-1 is accepted, because gpg used it by default until 2.1, and backups from that time must remain
 * readable.
 */
enum Hash {
    SHA1(HashAlgorithmTags.SHA1, "SHA-1", SHA1Digest::new),
    SHA224(HashAlgorithmTags.SHA224, "SHA-224", SHA224Digest::new),
    SHA256(HashAlgorithmTags.SHA256, "SHA-256", SHA256Digest::new),
    SHA384(HashAlgorithmTags.SHA384, "SHA-384", SHA384Digest::new),
    SHA512(HashAlgorithmTags.SHA512, "SHA-512", SHA512Digest::new),
    SHA3_256(HashAlgorithmTags.SHA3_256, "SHA3-256", () -> new SHA3Digest(256)),
    SHA3_512(HashAlgorithmTags.SHA3_512, "SHA3-512", () -> new SHA3Digest(512));

    private final int tag;
    private final String jdkName;
    private final Supplier<Digest> described;

    Hash(int tag, String jdkName, Supplier<Digest> described) {
        this.tag = tag;
        this.jdkName = jdkName;
        this.described = described;
    }

    /** The hash with this OpenPGP number. */
    static Hash of(int tag) throws PGPException {
        return Arrays.stream(values())
                .filter(hash -> hash.tag == tag)
                .findFirst()
                .orElseThrow(() -> new PGPException("hash algorithm " + tag + " is unknown or too weak"));
    }

    /** The OpenPGP number of this hash. */
    int tag() {
        return tag;
    }

    /** A new computation of this hash. */
    MessageDigest digest() {
        try {
            return MessageDigest.getInstance(jdkName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + jdkName, e);
        }
    }

    /** The description of this hash (name and size) that the signers of Bouncy Castle require. */
    Digest described() {
        return described.get();
    }
}
