/** A repository in a local directory. */
package io.jenkins.plugins.zfsbackup.engine.directory;
