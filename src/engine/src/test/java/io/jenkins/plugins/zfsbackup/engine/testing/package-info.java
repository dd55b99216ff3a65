/** What tests of several packages stand on: a real pool. Nothing here is a fake. */
package io.jenkins.plugins.zfsbackup.engine.testing;
