/** Starts backups of machines that are not always there. */
package io.jenkins.plugins.zfsbackup.trigger;
