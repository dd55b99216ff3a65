package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.run.RunListener;
import io.jenkins.plugins.zfsbackup.engine.run.Sizes;
import io.jenkins.plugins.zfsbackup.engine.stream.Memory;
import io.jenkins.plugins.zfsbackup.engine.stream.Workers;
import picocli.CommandLine.Option;

/** How much memory and how many connections a transfer may take. */
final class TransferOptions {

    /** What the rest of the engine needs of the heap: transfer buffers, manifests, the code itself. */
    private static final long HEAP_BESIDE = 96L << 20;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "512M",
            converter = QuantityConverter.class,
            description = "Memory for raw data. The size of the volumes depends on it. Default: ${DEFAULT-VALUE}.")
    private long memory;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "4",
            description = "Connections to the SFTP server. Default: ${DEFAULT-VALUE}.")
    int connections;

    Workers workers(RunListener listener) {
        long most = Runtime.getRuntime().maxMemory() - HEAP_BESIDE;
        long budget = Math.max(Memory.CHUNK * 4L, Math.min(memory, most));
        if (budget < memory) {
            listener.info("Java has only " + Sizes.bytes(Runtime.getRuntime().maxMemory()) + " of memory, so that "
                    + Sizes.bytes(budget) + " of it are used for data; java -Xmx gives it more");
        }
        int threads = Math.max(connections, Runtime.getRuntime().availableProcessors());
        return new Workers(threads, budget);
    }
}
