/**
 * The command line: options in, runs started, results and progress out. Makes no decision about data.
 */
package io.jenkins.plugins.zfsbackup.engine.cli;
