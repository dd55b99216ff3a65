package io.jenkins.plugins.zfsbackup.record;

import hudson.model.Run;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.util.VirtualFile;

/**
 * The documents that are archived with a build although its {@code build.xml} does not tell of them. Where Jenkins can't
 * read a {@code build.xml} back, it writes the file anew from what it has understood, without the build's result, its
 * times, and most of its actions.
 */
final class FoundDocuments {

    private static final Logger LOGGER = Logger.getLogger(FoundDocuments.class.getName());

    /** The folder among the artifacts. */
    static final String FOLDER = "zfs-backup";

    private static final int MOST = 200;

    /**
     * {@code zfs-backup/tank/manifest.json}, and for the others of a build {@code …/verify.json},
     * {@code …/manifest-2.json}.
     */
    private static final Pattern PATH = Pattern.compile("(?<subject>.+)/(?<kind>[a-z]+(-[a-z]+)*)(-\\d+)?\\.json");

    private FoundDocuments() {}

    /** Whether the {@code build.xml} has lost what every one has. */
    static boolean isDamaged(Run<?, ?> build) {
        return build.getTimeInMillis() == 0;
    }

    /**
     * The runs of a build whose documents are there, without those that are known, in the order in which they were
     * archived.
     */
    static List<PoolRun> of(Run<?, ?> build, Set<String> known) {
        Map<PoolRun, Long> runs = new LinkedHashMap<>();
        VirtualFile folder = build.getArtifactManager().root().child(FOLDER);
        try {
            folder.list("**/*.json", null, true).stream().limit(MOST).forEach(path -> {
                Matcher parts = PATH.matcher(path);
                String manifest = FOLDER + "/" + path;
                if (parts.matches() && !known.contains(manifest)) {
                    add(runs, build, parts, folder.child(path), manifest);
                }
            });
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "The artifacts of " + build + " can't be listed");
        }
        return runs.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    private static void add(
            Map<PoolRun, Long> runs, Run<?, ?> build, Matcher parts, VirtualFile file, String manifest) {
        try (InputStream in = file.open()) {
            PoolRun.Task task = task(parts.group("kind"));
            RunDocument document = RunDocument.read(in, task.result());
            if (document.result().stream()
                    .anyMatch(each -> !each.formatVersion().isEmpty())) {
                String subject = document.as(BackupResult.class)
                        .map(BackupResult::pool)
                        .filter(pool -> !pool.isEmpty())
                        .orElse(parts.group("subject"));
                runs.put(PoolRun.found(build, task, subject, manifest, document), file.lastModified());
            }
        } catch (IOException e) {
            // Another's file, or one that was damaged too.
            LOGGER.log(Level.INFO, e, () -> manifest + " of " + build + " is not the document of a run");
        }
    }

    /** A backup's document is called a manifest. */
    private static PoolRun.Task task(String kind) {
        return Arrays.stream(PoolRun.Task.values())
                .filter(each -> each.text().equals(kind))
                .findFirst()
                .orElse(PoolRun.Task.BACKUP);
    }
}
