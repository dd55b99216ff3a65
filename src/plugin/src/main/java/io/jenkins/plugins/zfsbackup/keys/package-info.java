/** OpenPGP keys as credentials, and how keys and passphrases are found in the context of a build. */
package io.jenkins.plugins.zfsbackup.keys;
