package io.jenkins.plugins.zfsbackup.keys;

import com.cloudbees.plugins.credentials.common.StandardCredentials;
import hudson.util.Secret;

/** An OpenPGP key as a credential, secret or public. */
public interface OpenPgpKey extends StandardCredentials {

    /** The key, in ASCII armor. */
    Secret getKey();

    /** What opens the secret key; empty if nothing is needed. */
    Secret getPassphrase();
}
