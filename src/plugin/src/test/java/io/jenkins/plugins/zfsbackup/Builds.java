package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Run;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What tests wait for in builds, and look for on agents. */
final class Builds {

    private Builds() {}

    /** Waits until a stream is on its way, as the build's page would show it. */
    static void untilUnderWay(Run<?, ?> build) throws InterruptedException {
        untilUnderWay(build, 0);
    }

    /** The same of a later run of the build, which are counted from 0. */
    static void untilUnderWay(Run<?, ?> build, int run) throws InterruptedException {
        while (build.getAction(ZfsBackupAction.class) == null
                || build.getAction(ZfsBackupAction.class).getRuns().size() <= run
                || build.getAction(ZfsBackupAction.class)
                        .getRuns()
                        .get(run)
                        .getProgress()
                        .isEmpty()) {
            assertTrue(build.isBuilding(), "it has ended before it was seen under way");
            Thread.sleep(50);
        }
    }

    /** Waits until the engine of a build is at work: its folder is there, and the request in it is read and deleted. */
    static void untilEngineIsAtWork(Run<?, ?> build, Path workspaces) throws IOException, InterruptedException {
        List<Path> folders = engineFolders(workspaces);
        while (folders.isEmpty() || Files.exists(folders.get(0).resolve("request.json"))) {
            assertTrue(build.isBuilding(), "it has ended before it was seen at work");
            Thread.sleep(50);
            folders = engineFolders(workspaces);
        }
    }

    /** What engines have beside workspaces. */
    static List<Path> engineFolders(Path workspaces) throws IOException {
        if (!Files.isDirectory(workspaces)) {
            return List.of();
        }
        try (Stream<Path> files = Files.find(
                workspaces, 3, (file, kind) -> file.getFileName().toString().matches("(zfs-backup|durable)-.*"))) {
            return files.sorted((one, other) -> other.getFileName().compareTo(one.getFileName()))
                    .toList();
        }
    }

    /** Whether an engine runs whose files are below a folder. */
    static boolean engineRunsBelow(Path folder) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::info)
                .flatMap(each -> each.arguments().stream())
                .anyMatch(arguments -> List.of(arguments).contains("request")
                        && Stream.of(arguments).anyMatch(each -> each.startsWith(folder.toString())));
    }

    /** Waits until nothing of an engine is left on an agent. */
    static void untilNothingIsLeft(Path agent) throws IOException, InterruptedException {
        while (engineRunsBelow(agent)
                || !engineFolders(agent.resolve("workspace")).isEmpty()) {
            Thread.sleep(100);
        }
    }
}
