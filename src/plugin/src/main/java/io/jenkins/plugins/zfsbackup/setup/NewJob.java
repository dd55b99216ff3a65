package io.jenkins.plugins.zfsbackup.setup;

import hudson.Util;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.Node;
import hudson.model.TopLevelItem;
import hudson.model.labels.LabelAtom;
import hudson.triggers.TimerTrigger;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupStep;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;

/**
 * Makes the job that backs up: a pipeline where Jenkins has pipelines, else a freestyle project.
 *
 * @param name of the job
 * @param node that owns the pool
 * @param schedule as cron has it
 * @param step what it does
 */
record NewJob(String name, Node node, String schedule, ZfsBackupStep step) {

    private static final String WORKFLOW = "org.jenkinsci.plugins.workflow.";

    Job<?, ?> create() throws IOException {
        return hasPipelines() ? pipeline() : freestyle();
    }

    /** They are other plugins', which need not be there. */
    private static boolean hasPipelines() {
        return Jenkins.get().getDescriptor(WORKFLOW + "job.WorkflowJob") != null
                && Jenkins.get().getDescriptor(WORKFLOW + "cps.CpsFlowDefinition") != null
                && StepDescriptor.byFunctionName("node") != null;
    }

    private Job<?, ?> pipeline() throws IOException {
        String xml = "<?xml version='1.1' encoding='UTF-8'?>\n<flow-definition>\n  <properties>\n"
                + "    <" + WORKFLOW
                + "job.properties.PipelineTriggersJobProperty><triggers><hudson.triggers.TimerTrigger><spec>"
                + Util.xmlEscape(schedule)
                + "</spec></hudson.triggers.TimerTrigger></triggers></" + WORKFLOW
                + "job.properties.PipelineTriggersJobProperty>\n"
                + "  </properties>\n  <definition class=\"" + WORKFLOW + "cps.CpsFlowDefinition\">\n    <script>"
                + Util.xmlEscape(script())
                + "</script>\n    <sandbox>true</sandbox>\n  </definition>\n</flow-definition>\n";
        TopLevelItem job = Jenkins.get()
                .createProjectFromXML(name, new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        return (Job<?, ?>) job;
    }

    private String script() {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("pool", quoted(step.getPool()));
        arguments.put("repository", quoted(step.getRepository()));
        putText(arguments, "include", step.getInclude());
        putText(arguments, "exclude", step.getExclude());
        putText(arguments, "snapshot", step.getSnapshot());
        putText(arguments, "keepSnapshots", step.getKeepSnapshots());
        if (step.isSudo()) {
            arguments.put("sudo", "true");
        }
        String list = arguments.entrySet().stream()
                .map(each -> each.getKey() + ": " + each.getValue())
                .collect(Collectors.joining(", "));
        return "node(" + quoted(label()) + ") {\n    zfsBackup(" + list + ")\n}\n";
    }

    private static void putText(Map<String, String> arguments, String name, String value) {
        if (!value.isBlank()) {
            arguments.put(name, quoted(value));
        }
    }

    private String label() {
        return LabelAtom.escape(node.getSelfLabel().getName());
    }

    /** As Groovy has it. */
    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replaceAll("\\s+", " ") + "'";
    }

    FreeStyleProject freestyle() throws IOException {
        FreeStyleProject job = Jenkins.get().createProject(FreeStyleProject.class, name);
        job.setAssignedNode(node);
        job.getBuildersList().add(new ZfsBackupBuilder(step));
        TimerTrigger trigger = new TimerTrigger(schedule);
        job.addTrigger(trigger);
        trigger.start(job, true);
        job.save();
        return job;
    }
}
