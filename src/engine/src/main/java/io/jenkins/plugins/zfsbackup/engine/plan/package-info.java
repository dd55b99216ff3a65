/**
 * Decisions: from the snapshots that are here, the backups that are there and a policy to the streams to send; from a
 * wish to the chain that restores it; what to keep and what to prune. Pure functions over lists; no I/O, no clock.
 */
package io.jenkins.plugins.zfsbackup.engine.plan;
