/**
 * OpenPGP: keys, encrypt, decrypt, sign, verify. What is written here is read by stock GnuPG 2.2 and later, and what
 * gpg writes is read here, but for LibrePGP's keys of version 5. Packets come one by one, so that what is unknown can
 * be passed over; Bouncy Castle parses each and does the public-key part; the JDK's ciphers and hashes, which use the
 * processor's instructions, do the bulk. Nothing outside this package knows Bouncy Castle, and no type of it crosses
 * the package's border.
 */
package io.jenkins.plugins.zfsbackup.engine.openpgp;
