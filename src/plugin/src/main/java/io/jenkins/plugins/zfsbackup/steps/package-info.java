/**
 * What a job calls: {@code zfsBackup}, {@code zfsVerify}, {@code zfsRestore}, as Pipeline steps and as build steps, and
 * {@code zfsList}, a Pipeline step that returns what is stored. A further command of the engine becomes a subclass of
 * {@link io.jenkins.plugins.zfsbackup.steps.EngineStep}.
 */
package io.jenkins.plugins.zfsbackup.steps;
