package io.jenkins.plugins.zfsbackup.engine.cli;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.model.Outcome;
import io.jenkins.plugins.zfsbackup.engine.model.RunResult;
import io.jenkins.plugins.zfsbackup.engine.model.RunResult.BackupResult;
import io.jenkins.plugins.zfsbackup.engine.model.RunResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.model.RunResult.Restorable;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.run.DoctorRun;
import io.jenkins.plugins.zfsbackup.engine.run.ListRun;
import io.jenkins.plugins.zfsbackup.engine.run.RestoreRun;
import io.jenkins.plugins.zfsbackup.engine.run.VerifyRun;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The documents that {@code --json} prints; their schemas are in {@code docs/}. */
final class Documents {

    static final ObjectMapper JSON = JsonMapper.builder(
                    new JsonFactoryBuilder().characterEscapes(new JsonEscapes()).build())
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private Documents() {}

    private static ObjectNode document() {
        return JSON.createObjectNode().put("formatVersion", RunResult.FORMAT_VERSION);
    }

    /** What is left to another program by a command that ended before it had a result. */
    static ObjectNode failure(Outcome outcome, String message) {
        return document().put("outcome", outcome.text()).put("message", message);
    }

    static ObjectNode backup(RunResult result) {
        ObjectNode root = document();
        root.put("run", result.run());
        root.put("pool", result.pool());
        root.put("repository", result.repository());
        result.repositoryId().ifPresent(id -> root.put("repositoryId", id));
        root.put("started", result.started().toString());
        root.put("finished", result.finished().toString());
        root.put("outcome", result.outcome().text());
        result.recipients().forEach(root.putArray("recipients")::add);
        result.signer().ifPresent(signer -> root.put("signer", signer));
        root.put("chosen", result.choice().chosen());
        root.put("total", result.choice().total());
        ArrayNode notChosen = root.putArray("notChosen");
        result.choice()
                .notChosen()
                .forEach(each -> notChosen
                        .addObject()
                        .put("dataset", each.dataset())
                        .put("reason", each.reason().text()));
        ArrayNode datasets = root.putArray("datasets");
        for (DatasetResult each : result.datasets()) {
            ObjectNode dataset = datasets.addObject();
            dataset.put("dataset", each.dataset());
            dataset.put("outcome", each.outcome().text());
            ArrayNode backups = dataset.putArray("backups");
            each.backups().forEach(backup -> backups.add(backup(backup)));
            each.warnings().forEach(dataset.putArray("warnings")::add);
            each.destroyed().forEach(dataset.putArray("destroyed")::add);
            each.newest().ifPresent(newest -> dataset.set("newest", newest(newest)));
            dataset.put("message", each.message());
        }
        result.warnings().forEach(root.putArray("warnings")::add);
        root.put("message", result.message());
        return root;
    }

    private static ObjectNode newest(Restorable newest) {
        ObjectNode node = JSON.createObjectNode().put("snapshot", newest.snapshot());
        if (!newest.created().equals(Instant.EPOCH)) {
            node.put("created", newest.created().toString());
        }
        newest.perhapsNewer().forEach(node.putArray("perhapsNewer")::add);
        return node;
    }

    private static ObjectNode backup(BackupResult result) {
        ObjectNode node = JSON.createObjectNode();
        node.put("id", result.id());
        node.put("kind", result.kind().text());
        node.put("snapshot", result.snapshot());
        result.base().ifPresent(base -> node.put("base", base));
        node.put("created", result.created().toString());
        node.put("rawBytes", result.rawBytes());
        node.put("storedBytes", result.storedBytes());
        node.put("volumes", result.volumes());
        node.put("seconds", result.seconds());
        return node;
    }

    static ObjectNode list(ListRun.Listed listed) {
        ObjectNode root = document().put("outcome", listed.outcome().text());
        listed.repositoryId().ifPresent(id -> root.put("repositoryId", id));
        ArrayNode datasets = root.putArray("datasets");
        for (ListRun.Stored each : listed.stored()) {
            ObjectNode dataset = datasets.addObject()
                    .put("dataset", each.dataset())
                    .put("outcome", each.outcome().text());
            ArrayNode points = dataset.putArray("restorePoints");
            for (ListRun.RestorePoint point : each.restorePoints()) {
                ObjectNode node = points.addObject();
                node.put("snapshot", point.snapshot().name());
                if (point.snapshot().guidKnown()) {
                    node.put("guid", point.snapshot().guidText());
                }
                node.put("select", point.select());
                node.put("current", point.current());
                node.put("created", point.snapshot().created().toString());
                point.way().ifPresent(way -> node.put("backup", way.last().id()).put("backups", way.backups()));
                node.put(
                        "storedBytes",
                        point.way().map(RestorePaths.Way::storedBytes).orElse(0L));
                node.put("restorable", point.way().isPresent());
                node.put("why", point.why());
            }
            ArrayNode backups = dataset.putArray("backups");
            each.backups().forEach(link -> backups.add(stored(link)));
            ArrayNode damaged = dataset.putArray("damaged");
            each.damaged()
                    .forEach(bad -> damaged.addObject().put("id", bad.id()).put("why", bad.why()));
            each.safe().ifPresent(safe -> dataset.set("newest", newest(safe.restorable())));
            dataset.put("unreadable", each.unreadable());
        }
        listed.missing().forEach(root.putArray("missing")::add);
        listed.warnings().forEach(root.putArray("warnings")::add);
        return root;
    }

    private static void ids(ArrayNode array, List<StoredBackup> chain) {
        chain.forEach(backup -> array.add(backup.id()));
    }

    private static ObjectNode stored(ListRun.Link link) {
        StoredBackup backup = link.backup();
        ObjectNode node = JSON.createObjectNode();
        node.put("id", backup.id());
        node.put("kind", backup.kind().text());
        node.put("snapshot", backup.snapshot().name());
        backup.base().map(SnapshotId::name).ifPresent(base -> node.put("base", base));
        link.after().ifPresent(after -> node.put("after", after.id()));
        node.put("rawBytes", backup.rawBytes());
        node.put("storedBytes", backup.storedBytes());
        node.put("volumes", backup.volumes());
        node.put("layout", backup.layout().text());
        return node;
    }

    static ObjectNode restore(RestoreRun.Restored restored) {
        ObjectNode root = document();
        root.put("dataset", restored.dataset());
        root.put("snapshot", restored.snapshot().name());
        root.put("guid", restored.snapshot().guidText());
        root.put("outcome", Outcome.OK.text());
        ids(root.putArray("chain"), restored.chain());
        root.put("rawBytes", restored.rawBytes());
        root.put("storedBytes", restored.storedBytes());
        restored.warnings().forEach(root.putArray("warnings")::add);
        return root;
    }

    static ObjectNode verify(VerifyRun.Verified verified) {
        ObjectNode root = document().put("outcome", verified.outcome().text());
        ArrayNode datasets = root.putArray("datasets");
        for (VerifyRun.DatasetVerified each : verified.datasets()) {
            ObjectNode dataset = datasets.addObject();
            dataset.put("dataset", each.dataset());
            dataset.put("outcome", each.outcome().text());
            ArrayNode backups = dataset.putArray("backups");
            for (VerifyRun.BackupVerified backup : each.backups()) {
                backups.addObject()
                        .put("id", backup.id())
                        .put("outcome", backup.outcome().text())
                        .put("checkedBytes", backup.checkedBytes())
                        .put("message", backup.message());
            }
            each.safe().ifPresent(safe -> dataset.set("newest", newest(safe.restorable())));
            dataset.put("message", each.message());
        }
        verified.warnings().forEach(root.putArray("warnings")::add);
        return root;
    }

    static ObjectNode doctor(List<DoctorRun.Check> checks) {
        ObjectNode root = document();
        ArrayNode array = root.putArray("checks");
        for (DoctorRun.Check check : checks) {
            array.addObject()
                    .put("check", check.name())
                    .put("grade", check.grade().name().toLowerCase(Locale.ROOT))
                    .put("said", check.said())
                    .put("mend", check.mend());
        }
        return root;
    }
}
