package io.jenkins.plugins.zfsbackup.engine.run;

/** How closely a repository is looked at; each depth includes those before it. */
public enum VerifyDepth {
    /** Are all files there, with the sizes that the manifests say, and is every chain whole? */
    LISTING,
    /** Has every stored byte the hash that the manifest says? Needs no secret key. */
    HASH,
    /** Does every volume decrypt and decompress to a stream that agrees with its own checksums? */
    CONTENT,
    /** Does {@code zfs receive} take it? Restores each newest restore point into a scratch dataset. */
    RECEIVE
}
