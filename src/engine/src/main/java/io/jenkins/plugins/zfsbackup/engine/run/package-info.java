/**
 * Whole runs: backup, list, restore, verify, doctor, release. The only room that knows all the others: it asks the
 * pool, lets {@code plan} decide, and moves data through {@code stream} to and from the {@code repository}. It prints
 * nothing; what there is to say goes to a listener.
 */
package io.jenkins.plugins.zfsbackup.engine.run;
