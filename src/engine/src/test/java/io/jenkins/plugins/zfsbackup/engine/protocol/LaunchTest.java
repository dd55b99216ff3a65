package io.jenkins.plugins.zfsbackup.engine.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaunchTest {

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private static int exitCode(List<String> options) throws Exception {
        List<String> command = new ArrayList<>(List.of(JAVA));
        command.addAll(options);
        command.add("-version");
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void javaTakesTheOptionsOneByOneAndAsAFile() throws Exception {
        assertThat(Launch.javaOptions()).contains("-XX:+UseSerialGC").allMatch(option -> option.startsWith("-X"));
        assertThat(exitCode(Launch.javaOptions())).isZero();
        Path file = Path.of(Launch.class.getResource("jvm.options").toURI());
        assertThat(exitCode(List.of("@" + file))).isZero();
        assertThat(exitCode(List.of("-XX:NoSuchOption=1"))).isNotZero();
    }
}
