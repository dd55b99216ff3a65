package io.jenkins.plugins.zfsbackup;

import hudson.Launcher;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jvnet.hudson.test.JenkinsRule;

/** Documents as the engine writes them, and how they get into a build without an engine. */
final class Records {

    /** Of a backup of two datasets: one full, the other up to date. */
    static final String BACKUP = """
            {
              "formatVersion": "1.0",
              "run": "r1",
              "pool": "tank",
              "repository": "sftp://backup@server.example/srv",
              "started": "2026-01-02T03:04:05Z",
              "finished": "2026-01-02T03:05:00Z",
              "outcome": "backed-up",
              "recipients": ["0123456789ABCDEF0123456789ABCDEF01234567"],
              "signer": "89ABCDEF0123456789ABCDEF0123456789ABCDEF",
              "datasets": [
                {
                  "dataset": "tank/a",
                  "outcome": "backed-up",
                  "backups": [
                    {"id": "one.full", "kind": "full", "snapshot": "one", "created": "2026-01-01T00:00:00Z",
                     "rawBytes": 2048, "storedBytes": 1024, "volumes": 1, "seconds": 1.5},
                    {"id": "two.from.one", "kind": "incremental", "snapshot": "two", "base": "one",
                     "created": "2026-01-02T00:00:00Z", "rawBytes": 1024, "storedBytes": 512, "volumes": 1,
                     "seconds": 0.5}
                  ],
                  "warnings": ["it is cold"],
                  "destroyed": [],
                  "newest": {"snapshot": "two", "created": "2026-01-02T00:00:00Z"},
                  "message": ""
                },
                {
                  "dataset": "tank/b",
                  "outcome": "up-to-date",
                  "backups": [],
                  "warnings": [],
                  "destroyed": [],
                  "newest": {"snapshot": "old", "created": "2025-12-31T00:00:00Z"},
                  "message": ""
                }
              ],
              "message": ""
            }
            """;

    /** Of a verification that has found damage. */
    static final String VERIFICATION = """
            {
              "formatVersion": "1.0",
              "outcome": "partial",
              "datasets": [
                {"dataset": "tank/a", "outcome": "ok", "message": "", "backups": [
                  {"id": "one.full", "outcome": "ok", "checkedBytes": 1024, "message": ""}]},
                {"dataset": "tank/b", "outcome": "failed", "message": "", "backups": [
                  {"id": "old.full", "outcome": "failed", "checkedBytes": 7,
                  "message": "its second volume is damaged"}]}
              ]
            }
            """;

    /** Of what is stored: of one dataset three snapshots, of which one is damaged; of another nobody can tell. */
    static final String LIST = """
            {
              "formatVersion": "1.0",
              "outcome": "partial",
              "repositoryId": "0a1b2c3d4e5f",
              "datasets": [
                {"dataset": "tank/a", "outcome": "ok",
                 "restorePoints": [
                   {"snapshot": "one", "select": "one", "current": true, "created": "2026-01-01T00:00:00Z",
                   "backup": "one.full",
                    "backups": 1, "storedBytes": 1024, "restorable": true, "why": ""},
                   {"snapshot": "two", "select": "two~7", "current": true, "created": "2026-01-02T00:00:00Z",
                    "backup": "two.from.one", "backups": 2, "storedBytes": 1536, "restorable": true, "why": ""},
                   {"snapshot": "three", "select": "three", "current": true, "created": "2026-01-03T00:00:00Z",
                    "storedBytes": 0, "restorable": false, "why": "three.from.two is damaged"}],
                 "backups": [
                   {"id": "one.full", "kind": "full", "snapshot": "one", "rawBytes": 2048, "storedBytes": 1024,
                   "volumes": 1,
                    "layout": "native"},
                   {"id": "two.from.one", "kind": "incremental", "snapshot": "two", "base": "one", "after": "one.full",
                    "rawBytes": 1024, "storedBytes": 512, "volumes": 1, "layout": "native"}],
                 "damaged": [{"id": "three.from.two", "why": "a volume is missing"}],
                 "newest": {"snapshot": "two", "created": "2026-01-02T00:00:00Z", "perhapsNewer": ["three.from.two"]},
                 "unreadable": ""},
                {"dataset": "tank/c", "outcome": "failed", "restorePoints": [], "backups": [], "damaged": [],
                 "unreadable": "no permission"}
              ],
              "missing": [],
              "warnings": []
            }
            """;

    private Records() {}

    /** A run of a build, ended as the document says. */
    static PoolRun accept(JenkinsRule jenkins, Run<?, ?> build, PoolRun.Task task, String document) throws Exception {
        PoolRun run = ZfsBackupAction.begin(build, task, "tank", "sftp://backup@server.example/srv");
        accept(jenkins, build, run, document);
        ZfsBackupAction.end(build, run, run.getOutcome(), "");
        return run;
    }

    static void accept(JenkinsRule jenkins, Run<?, ?> build, PoolRun run, String document) throws Exception {
        Path folder = Files.createTempDirectory("zfs-backup-test");
        try {
            Launcher launcher = jenkins.jenkins.createLauncher(TaskListener.NULL);
            ZfsBackupAction.accept(
                    build,
                    run,
                    Files.writeString(folder.resolve("result.json"), document),
                    launcher,
                    TaskListener.NULL);
        } finally {
            hudson.Util.deleteRecursive(folder.toFile());
        }
    }
}
