package io.jenkins.plugins.zfsbackup.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class TimeLimitTest {

    @Test
    void anAnswerInTimeIsGiven() throws Exception {
        assertEquals("here", TimeLimit.within(60, () -> "here"));
    }

    @Test
    void whoDoesNotAnswerIsGivenUpAndTheThreadIsAsItWas() {
        IOException given = assertThrows(IOException.class, () -> TimeLimit.within(1, TimeLimitTest::never));
        assertTrue(given.getMessage().contains("within 1 seconds"), given.getMessage());
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void anInterruptOfSomebodyElseStaysOne() {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> TimeLimit.within(60, TimeLimitTest::never));
        assertFalse(Thread.currentThread().isInterrupted());
    }

    private static String never() throws InterruptedException {
        new CountDownLatch(1).await();
        return "too late";
    }
}
