package io.jenkins.plugins.zfsbackup.engine.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {

    /** Counts what comes through. */
    private static final class Counter extends OutputStream {
        final AtomicLong bytes = new AtomicLong();

        @Override
        public void write(int b) {
            bytes.incrementAndGet();
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            bytes.addAndGet(length);
        }
    }

    @ParameterizedTest
    @CsvSource({"100000, 1", "3000000, 1", "20000000, 4", "200000000, 8"})
    void allTransfersTogetherKeepToTheLimit(long bytesPerSecond, int transfers) {
        Pace pace = new Pace(bytesPerSecond);
        byte[] share = new byte[(int) (bytesPerSecond * 2 / transfers)];
        long began = System.nanoTime();

        List<CompletableFuture<Long>> running = new ArrayList<>();
        for (int i = 0; i < transfers; i++) {
            running.add(CompletableFuture.supplyAsync(() -> write(pace, share)));
        }
        long bytes = running.stream().mapToLong(CompletableFuture::join).sum();

        double seconds = (System.nanoTime() - began) / 1e9;
        // The first eighth of a second's worth goes out at once, which in two seconds are 6 per cent.
        assertThat(bytes).isEqualTo((long) share.length * transfers);
        assertThat(bytes / seconds).isCloseTo(bytesPerSecond, withinPercentage(10));
    }

    private static long write(Pace pace, byte[] bytes) {
        Counter counter = new Counter();
        try (OutputStream out = pace.apply(counter)) {
            out.write(bytes);
            return counter.bytes.get();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aStopIsHeardAtOnceHoweverLowTheLimit() throws Exception {
        Pace pace = new Pace(1000);
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Throwable> ended = CompletableFuture.supplyAsync(() -> {
            begun.countDown();
            try {
                pace.apply(new Counter()).write(new byte[1_000_000]);
                return new AssertionError("a thousand seconds' worth went through");
            } catch (IOException e) {
                return e;
            }
        });
        begun.await();
        long began = System.nanoTime();

        pace.stop();

        assertThat(ended.join()).isInstanceOf(InterruptedRunException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void nothingGoesThroughAfterAStopEvenWithoutALimit() {
        Pace pace = new Pace(0);
        Counter counter = new Counter();
        OutputStream out = pace.apply(counter);

        pace.stop();

        assertThatThrownBy(() -> out.write(1)).isInstanceOf(InterruptedRunException.class);
        assertThat(counter.bytes).hasValue(0);
    }
}
