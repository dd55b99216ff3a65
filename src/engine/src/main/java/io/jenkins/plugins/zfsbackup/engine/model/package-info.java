/**
 * The nouns that all rooms share: datasets, snapshots, manifests, results, errors. Values with their own invariants;
 * no I/O, no processes, no decisions. The Jenkins plugin links to this package and to no other.
 */
package io.jenkins.plugins.zfsbackup.engine.model;
