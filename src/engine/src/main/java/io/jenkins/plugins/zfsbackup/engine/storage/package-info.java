/**
 * Where files are stored: the {@link io.jenkins.plugins.zfsbackup.engine.storage.Storage} interface, a few verbs over a
 * tree of files, and what decorates every implementation of it. Nothing here knows what the files mean.
 */
package io.jenkins.plugins.zfsbackup.engine.storage;
