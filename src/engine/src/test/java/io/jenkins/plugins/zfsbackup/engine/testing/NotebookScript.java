package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the notebook's hand-written script did, faults and all: which snapshots it sends, in which order, and the pipe
 * by which it does so, made of the stock programs. Its storage is a directory of the server's, filled by {@code sftp}.
 */
public final class NotebookScript {

    private final RealPool pool;
    private final OpenSshServer server;
    private final Gpg gpg;
    private final Path remote;
    private final Path outbox;

    /** @param remote the directory on the server */
    public NotebookScript(RealPool pool, OpenSshServer server, Gpg gpg, Path remote) {
        this.pool = pool;
        this.server = server;
        this.gpg = gpg;
        this.remote = remote;
        try {
            Files.createDirectories(remote);
            this.outbox = Files.createTempDirectory(pool.folder(), "outbox");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** One stream to send; {@code base} is a snapshot's name. */
    public record Send(String snapshot, Optional<String> base) {
        /** The name that the script gives it. */
        public String file(String name) {
            return name + "@" + snapshot + base.map(from -> ".from." + from).orElse(".full") + ".zfs.gpg";
        }
    }

    /** The whole run for one dataset: decide, send, upload. */
    public void run(String name) {
        List<Send> sends = decide(localSnapshots(name), remoteSnapshots(name));
        sends.forEach(send -> send(name, send));
        upload();
    }

    /** Its {@code syncronize}: goes by the names' order, and by nothing that is not in them. */
    public static List<Send> decide(List<String> local, List<String> remote) {
        List<Send> sends = new ArrayList<>();
        Optional<String> lastMonth = Optional.empty();
        String current = "";
        for (String snapshot : new TreeSet<>(local)) {
            String last = current;
            current = snapshot;
            if (remote.contains(snapshot)) {
                continue;
            }
            if (last.isEmpty()) {
                sends.add(new Send(snapshot, Optional.empty()));
                lastMonth = Optional.of(snapshot);
            } else if (month(last).equals(month(snapshot))) {
                sends.add(new Send(snapshot, Optional.of(last)));
            } else {
                sends.add(new Send(snapshot, Optional.empty()));
                // "local variable 'lastmonth' referenced before assignment"
                sends.add(new Send(snapshot, Optional.of(lastMonth.orElseThrow(IllegalStateException::new))));
                lastMonth = Optional.of(snapshot);
            }
        }
        return sends;
    }

    private static String month(String name) {
        return name.substring(0, Math.min(7, name.length()));
    }

    private List<String> localSnapshots(String name) {
        return pool.zfs("list", "-t", "snapshot", "-H", "-o", "name", "-r", pool.name() + "/" + name).stream()
                .map(full -> full.substring(full.indexOf('@') + 1))
                .toList();
    }

    /** Its {@code get_remote_datasets}: every name with an {@code @} in it, cut at the first dot. */
    public List<String> remoteSnapshots(String name) {
        try (Stream<Path> files = Files.list(remote)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.contains("@"))
                    .map(file -> file.split("\\.")[0].split("@"))
                    .filter(parts -> parts[0].equals(name))
                    .map(parts -> parts[1])
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Its {@code sftp_send}, of which nothing looks at the exit codes. */
    public void send(String name, Send send) {
        pipe(name, send, "cat");
    }

    /**
     * The same, with something between the two programs that may cut the stream.
     *
     * @return the exit code of the last program of the pipe, which is all that a shell or the script sees
     */
    public int pipe(String name, Send send, String between) {
        String dataset = pool.name() + "/" + name;
        String from = send.base().map(base -> " -i '" + base + "'").orElse("");
        String line = "zfs send" + from + " '" + dataset + "@" + send.snapshot() + "' | " + between
                + " | gpg --batch --compress-algo ZLIB --sign --encrypt --recipient archive@example.org > '"
                + outbox.resolve(send.file(name)) + "'";
        return Programs.run(pool.folder(), gpg.environment(), new byte[0], List.of("bash", "-c", line))
                .exitCode();
    }

    /** Puts what was made on the server. */
    public void upload() {
        Programs.Ran ran = Programs.run(
                outbox,
                Map.of(),
                ("cd " + remote + "\nput *.gpg\n").getBytes(java.nio.charset.StandardCharsets.UTF_8),
                List.of(
                        "sftp",
                        "-q",
                        "-b",
                        "-",
                        "-i",
                        server.identity().toString(),
                        "-o",
                        "UserKnownHostsFile=" + server.knownHosts("ed25519"),
                        "-P",
                        "" + server.port(),
                        server.user() + "@127.0.0.1"));
        if (ran.exitCode() != 0) {
            throw new AssertionError("sftp: " + ran.errors());
        }
        try (Stream<Path> files = Files.list(outbox)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
