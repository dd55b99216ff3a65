/**
 * The guided set-up: one page that leads a new user from nothing to the first backup. It makes what an administrator
 * would make by hand in several places: credentials, a repository, a job. Nothing depends on it.
 */
package io.jenkins.plugins.zfsbackup.setup;
