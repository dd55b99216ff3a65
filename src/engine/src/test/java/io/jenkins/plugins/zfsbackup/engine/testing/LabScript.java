package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the lab's hand-written script did, faults and all: the newest snapshot of each member's dataset, as a package
 * from the newest one that is stored, by {@code zfs send | gzip} into a temporary folder. It never got as far as
 * uploading; the lab did that by hand.
 */
public final class LabScript {

    private static final String PREFIX = "elabfs-";

    private final RealPool pool;
    private final Path remote;
    private final Path temporary;

    /** @param remote the directory with one for each member */
    public LabScript(RealPool pool, Path remote) {
        this.pool = pool;
        this.remote = remote;
        try {
            Files.createDirectories(remote);
            this.temporary = Files.createTempDirectory(pool.folder(), "temporary-backups");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The whole run for one member, without an upload. */
    public void run(String member) {
        List<String> snapshots =
                pool
                        .zfs("list", "-t", "snapshot", "-H", "-o", "name", "-r", pool.name() + "/" + PREFIX + member)
                        .stream()
                        .map(full -> full.substring(full.indexOf('/') + 1))
                        .sorted(Comparator.reverseOrder())
                        .toList();
        Collection<String> existing = existing(member);
        String current = snapshots.get(0);
        Optional<String> latest = snapshots.stream().filter(existing::contains).findFirst();
        if (!latest.equals(Optional.of(current))) {
            String from =
                    latest.map(base -> " -I '" + pool.name() + "/" + base + "'").orElse("");
            String file = latest.map(base -> base + ".to.").orElse("") + current + ".gz";
            pipe("zfs send" + from + " '" + pool.name() + "/" + current + "'", temporary.resolve(file));
        }
    }

    /** Its pipe, of which the last program's exit code is all that is seen. */
    public int pipe(String send, Path to) {
        return Programs.run(
                        pool.folder(), Map.of(), new byte[0], List.of("bash", "-c", send + " | gzip > '" + to + "'"))
                .exitCode();
    }

    /** Its {@code list_remote_backups}: whatever goes wrong with ls is taken for an empty directory. */
    public Collection<String> existing(String member) {
        try (Stream<Path> files = Files.list(remote.resolve(member))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> !file.startsWith("."))
                    .map(LabScript::snapshotName)
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Its {@code extract_snapshot_name}, which stops the whole run at a name that it does not know. */
    public static String snapshotName(String file) {
        if (!file.endsWith(".gz") || !file.startsWith(PREFIX)) {
            throw new IllegalArgumentException("not its file: " + file);
        }
        String snapshot = file.substring(0, file.length() - 3);
        if (count(snapshot, ".") == 1 && count(snapshot, "@") == 1) {
            return snapshot;
        } else if (count(snapshot, ".to.") == 1 && count(snapshot, "@") == 2) {
            return snapshot.split("\\.to\\.")[1];
        }
        throw new IllegalArgumentException("Unknown Filename Format: " + file);
    }

    private static int count(String text, String part) {
        return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
    }

    /** What it has left in its temporary folder. */
    public List<String> temporary() {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What the lab did by hand: moves all that is there to the server. */
    public void uploadByHand(String member) {
        try {
            Files.createDirectories(remote.resolve(member));
            for (String file : temporary()) {
                Files.move(temporary.resolve(file), remote.resolve(member).resolve(file));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
