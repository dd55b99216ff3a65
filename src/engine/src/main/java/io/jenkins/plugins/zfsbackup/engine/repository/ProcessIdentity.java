package io.jenkins.plugins.zfsbackup.engine.repository;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process, so that another one can tell whether it is gone. A number alone tells nothing: it is used again, two
 * machines may have one name, and two containers have numbers of their own under it. So the kernel's boot and the
 * namespace in which the number counts belong to it, and the moment at which the process started.
 *
 * @param pid its number
 * @param boot the boot of the kernel it runs on, as {@code /proc/sys/kernel/random/boot_id} has it; empty where no such
 *     thing is
 * @param namespace in which the number counts, as {@code /proc/self/ns/pid} has it; empty where no such thing is
 * @param started when it started, in clock ticks since the boot (proc_pid_stat(5), field 22); 0 if that is not known
 */
public record ProcessIdentity(long pid, String boot, String namespace, long started) {

    private static final Path PROC = Path.of("/proc");
    /**
     * The fields of {@code /proc/PID/stat} that come after the program's name, which may have spaces and brackets in
     * it.
     */
    private static final int STARTED_AFTER_NAME = 20;

    /** This process. */
    public static ProcessIdentity current() {
        return current(PROC, ProcessHandle.current().pid());
    }

    static ProcessIdentity current(Path proc, long pid) {
        try {
            String boot =
                    Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
            String namespace =
                    Files.readSymbolicLink(proc.resolve("self/ns/pid")).toString();
            return new ProcessIdentity(pid, boot, namespace, started(proc, pid).orElse(0L));
        } catch (IOException e) {
            // No Linux, or nothing is shown: then nobody can tell whether this process is gone, and others wait.
            return new ProcessIdentity(pid, "", "", 0);
        }
    }

    /**
     * Whether this process is certainly gone, as far as another one can see that. Only one in the same namespace of the
     * same boot can, and it must be able to see it.
     *
     * @param seer who looks
     */
    public boolean isGone(ProcessIdentity seer) {
        return isGone(PROC, seer);
    }

    boolean isGone(Path proc, ProcessIdentity seer) {
        boolean known = !boot.isEmpty() && !namespace.isEmpty() && started != 0;
        if (!known || !boot.equals(seer.boot) || !namespace.equals(seer.namespace)) {
            return false;
        }
        try {
            return started(proc, pid).map(found -> found != started).orElse(true);
        } catch (IOException e) {
            return false;
        }
    }

    /** When a process started; empty if there is none of that number. */
    private static Optional<Long> started(Path proc, long pid) throws IOException {
        String stat;
        try {
            stat = Files.readString(proc.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        if (fields.length < STARTED_AFTER_NAME) {
            throw new IOException("there is no start time in " + stat);
        }
        return Optional.of(Long.parseLong(fields[STARTED_AFTER_NAME - 1]));
    }
}
