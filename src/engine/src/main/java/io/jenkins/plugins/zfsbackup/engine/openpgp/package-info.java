/**
 * OpenPGP: keys, encryption, decryption, signatures. The output can be read by standard GnuPG 2.2 and later, and the
 * output of gpg can be read here, except for keys of version 5 (LibrePGP). Packets are read one by one, so that
 * unsupported ones can be skipped. Bouncy Castle parses each packet and does the public-key operations. The ciphers and
 * hashes of the JDK, which use the instructions of the processor, process the data. Only this package uses Bouncy
 * Castle, and none of its types are visible outside of the package.
 */
package io.jenkins.plugins.zfsbackup.engine.openpgp;
