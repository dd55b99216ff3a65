/**
 * What a build keeps of its runs and shows of them: on its page, in its summary, in the list of builds, and through
 * REST.
 */
package io.jenkins.plugins.zfsbackup.record;
