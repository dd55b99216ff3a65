/**
 * What crosses between the engine and another program: requests, progress, the results of all commands with their exit
 * codes, and the grammars of options that a form checks too. Records that Jackson writes and reads, and pure functions;
 * no I/O, and nothing of any other room. A caller such as the Jenkins plugin links to this room alone.
 */
package io.jenkins.plugins.zfsbackup.engine.protocol;
