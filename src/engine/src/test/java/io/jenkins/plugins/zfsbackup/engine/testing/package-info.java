/**
 * What tests of several packages stand on: a real pool, a real sshd, a server and a link on which faults happen when
 * they are told to, and the contract that every storage keeps.
 */
package io.jenkins.plugins.zfsbackup.engine.testing;
