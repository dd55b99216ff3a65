/**
 * A repository on an SFTP server, through JSch; nothing else in the engine knows JSch. What servers do differently is
 * dealt with here: bare failures, idle disconnects, renames that replace or refuse to.
 */
package io.jenkins.plugins.zfsbackup.engine.storage.sftp;
