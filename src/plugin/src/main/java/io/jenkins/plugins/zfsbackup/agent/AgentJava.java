package io.jenkins.plugins.zfsbackup.agent;

import hudson.AbortException;
import hudson.FilePath;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import jenkins.security.MasterToSlaveCallable;

/**
 * The Java that an agent runs with, which the engine is run with too.
 *
 * @param program the {@code java} program there
 * @param feature version, e.g. 17
 * @param system the operating system's name as Java gives it
 */
record AgentJava(String program, int feature, String system) implements Serializable {

    private static final int OLDEST = 17;

    /**
     * Asks an agent, and refuses one that can't run the engine.
     *
     * @throws AbortException if there is no ZFS for its system, or its Java is too old; says what to do
     */
    static AgentJava on(FilePath workspace, String agent) throws IOException, InterruptedException {
        AgentJava java = workspace.act(new Ask());
        if (java.system().startsWith("Windows")) {
            throw new AbortException(Messages.windows(agent));
        }
        if (java.feature() < OLDEST) {
            throw new AbortException(Messages.oldJava(agent, java.feature(), OLDEST));
        }
        return java;
    }

    private static final class Ask extends MasterToSlaveCallable<AgentJava, IOException> {

        private static final long serialVersionUID = 1L;

        @Override
        public AgentJava call() {
            File program = new File(System.getProperty("java.home"), "bin/java");
            return new AgentJava(
                    program.getPath(), Runtime.version().feature(), System.getProperty("os.name", "unknown"));
        }
    }
}
