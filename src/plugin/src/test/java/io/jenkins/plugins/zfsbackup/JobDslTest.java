package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.FreeStyleProject;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsRestoreBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsRestoreStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsVerifyBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsVerifyStep;
import io.jenkins.plugins.zfsbackup.trigger.AgentOnlineTrigger;
import java.util.List;
import javaposse.jobdsl.plugin.ExecuteDslScripts;
import javaposse.jobdsl.plugin.GlobalJobDslSecurityConfiguration;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Jobs that a seed job writes. */
@WithJenkins
class JobDslTest {

    private JenkinsRule jenkins;

    @BeforeEach
    void keep(JenkinsRule rule) {
        jenkins = rule;
        jenkins.jenkins
                .getExtensionList(GlobalJobDslSecurityConfiguration.class)
                .get(0)
                .setUseScriptSecurity(false);
    }

    private void seed(String script) throws Exception {
        ExecuteDslScripts dsl = new ExecuteDslScripts();
        dsl.setUseScriptText(true);
        dsl.setScriptText(script);
        FreeStyleProject seed = jenkins.createFreeStyleProject("seed");
        seed.getBuildersList().add(dsl);
        jenkins.buildAndAssertSuccess(seed);
    }

    @Test
    void everySettingOfTheStepsCanBeWritten() throws Exception {
        seed("""
                freeStyleJob('night') {
                    triggers {
                        zfsBackupWhenOnline { agent('notebook'); hours(36) }
                    }
                    steps {
                        zfsBackup {
                            step {
                                pool('Datenspeicher'); repository('archive'); include('elabfs-*'); exclude('scratch/**')
                                policy('monthly'); packed(true); monthBy('name'); snapshot('daily-%Y-%m-%d')
                                keepSnapshots('daily=14,weekly=8'); layout('flat-gpg'); compression('gzip:1')
                                memory('64M')
                                connections(2); limit('20M'); sudo(true); dryRun(true); whenUnreachable('skip')
                            }
                        }
                        zfsVerify {
                            step { repository('archive'); datasets('tank/a tank/b'); depth('content'); subset('1/7') }
                        }
                        zfsRestore {
                            step { dataset('tank/home'); target('tank/again'); snapshot('monday'); dryRun(true) }
                        }
                    }
                }
                """);

        FreeStyleProject night = jenkins.jenkins.getItemByFullName("night", FreeStyleProject.class);
        jenkins.assertEqualDataBoundBeans(
                ConfigurationTest.everySetting(),
                night.getBuildersList().get(ZfsBackupBuilder.class).getStep());
        ZfsVerifyStep verify = new ZfsVerifyStep();
        verify.setRepository("archive");
        verify.setDatasets("tank/a tank/b");
        verify.setDepth(ZfsVerifyStep.Depth.content);
        verify.setSubset("1/7");
        jenkins.assertEqualDataBoundBeans(
                verify, night.getBuildersList().get(ZfsVerifyBuilder.class).getStep());
        ZfsRestoreStep restore = new ZfsRestoreStep("tank/home", "tank/again");
        restore.setSnapshot("monday");
        restore.setDryRun(true);
        jenkins.assertEqualDataBoundBeans(
                restore, night.getBuildersList().get(ZfsRestoreBuilder.class).getStep());
        isOnline(night.getTrigger(AgentOnlineTrigger.class));
    }

    @Test
    void aPipelineGetsTheTriggerToo() throws Exception {
        seed("""
                pipelineJob('night') {
                    properties {
                        pipelineTriggers {
                            triggers {
                                zfsBackupWhenOnline { agent('notebook'); hours(36) }
                            }
                        }
                    }
                    definition {
                        cps { script("node('notebook') { zfsBackup pool: 'tank' }"); sandbox(true) }
                    }
                }
                """);

        WorkflowJob night = jenkins.jenkins.getItemByFullName("night", WorkflowJob.class);
        List<AgentOnlineTrigger> triggers = night.getProperty(PipelineTriggersJobProperty.class).getTriggers().stream()
                .map(AgentOnlineTrigger.class::cast)
                .toList();
        assertEquals(1, triggers.size());
        isOnline(triggers.get(0));
    }

    private static void isOnline(AgentOnlineTrigger trigger) {
        assertEquals("notebook", trigger.getAgent());
        assertEquals(36, trigger.getHours());
    }
}
