/** What an administrator sets up once for all jobs: named repositories, the default one, the default policy. */
package io.jenkins.plugins.zfsbackup.config;
