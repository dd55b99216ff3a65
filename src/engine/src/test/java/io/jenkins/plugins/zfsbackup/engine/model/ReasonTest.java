package io.jenkins.plugins.zfsbackup.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class ReasonTest {

    @Test
    void whatAnErrorSaysIsTold() {
        assertThat(Reason.of(new IOException("No space left on device"))).isEqualTo("No space left on device");
        assertThat(Reason.of(new UnknownHostException("nas"))).isEqualTo("nas: no such host");
        assertThat(Reason.of(new UnknownHostException("nas: Name or service not known")))
                .isEqualTo("nas: Name or service not known");
        assertThat(Reason.of(new NoSuchFileException("/tmp/x"))).isEqualTo("No such file or directory");
        assertThat(Reason.of(new AccessDeniedException("/tmp/x"))).isEqualTo("Permission denied");
        assertThat(Reason.of(new FileSystemException("/tmp/x", null, "Read-only file system")))
                .isEqualTo("Read-only file system");
    }

    @Test
    void anErrorThatSaysNothingLeavesItToItsCauseAndThenToItsName() {
        assertThat(Reason.of(new IOException(null, new IOException("Connection reset"))))
                .isEqualTo("Connection reset");
        assertThat(Reason.of(new IOException(" ", new EOFException()))).isEqualTo("unexpected end of data");
        assertThat(Reason.of(new NullPointerException())).isEqualTo("NullPointerException");
        assertThat(Reason.of(new EOFException())).isEqualTo("unexpected end of data");
        assertThat(Reason.of(new IOException() {})).contains("ReasonTest");
        IOException circle = new IOException((String) null);
        circle.initCause(new UncheckedIOException(null, circle));
        assertThat(Reason.of(circle)).isEqualTo("IOException");
    }
}
