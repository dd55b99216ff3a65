package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes data for planners as one line: snapshots by name in the order in which they were made. */
final class Timelines {

    private final Map<String, SnapshotId> ids = new HashMap<>();

    /**
     * Names in the order of their createtxg; one like {@code 2019-08-06} was made on that day, others a day after the
     * last. The snapshot {@code a'} has the name {@code a}, and is another one than {@code a} all the same.
     */
    Timelines(String names) {
        Instant time = Instant.parse("2019-01-01T02:00:00Z");
        int txg = 10;
        for (String name : names.split(" ")) {
            time = name.matches("\\d{4}-\\d\\d-\\d\\d")
                    ? LocalDate.parse(name).atTime(2, 0).toInstant(ZoneOffset.UTC)
                    : time.plusSeconds(86_400);
            ids.put(name, new SnapshotId(name.replace("'", ""), 1000 + txg, txg, time));
            txg += 10;
        }
    }

    SnapshotId id(String name) {
        return ids.get(name);
    }

    /** {@code a b #c}: snapshots a and b, and a bookmark of c. */
    Source here(String names) {
        List<SnapshotId> snapshots = new ArrayList<>();
        List<Bookmarked> bookmarks = new ArrayList<>();
        for (String name : names.split(" ")) {
            if (name.startsWith("#")) {
                bookmarks.add(new Bookmarked("mark-" + name.substring(1), id(name.substring(1))));
            } else if (!name.isEmpty()) {
                snapshots.add(id(name));
            }
        }
        return new Source(snapshots, bookmarks);
    }

    /** {@code a a>b b>c+d>e}: a in full, b from a, and a package from b to e with c and d between. */
    List<StoredBackup> stored(String backups) {
        return Arrays.stream(backups.split(" "))
                .filter(text -> !text.isEmpty())
                .map(this::backup)
                .toList();
    }

    private StoredBackup backup(String text) {
        String[] sized = text.split("=");
        long bytes = sized.length > 1 ? Long.parseLong(sized[1]) : text.contains(">") ? 10 : 100;
        String[] parts = sized[0].split(">");
        SnapshotId to = id(parts[parts.length - 1]);
        if (parts.length == 1) {
            return new StoredBackup(sized[0] + ".full", Kind.FULL, to, Optional.empty(), List.of(), bytes, bytes, 1);
        }
        List<SnapshotId> between = parts.length == 3
                ? Arrays.stream(parts[1].split("\\+")).map(this::id).toList()
                : List.of();
        Kind kind = between.isEmpty() ? Kind.INCREMENTAL : Kind.PACKAGE;
        return new StoredBackup(sized[0], kind, to, Optional.of(id(parts[0])), between, bytes, bytes, 1);
    }

    /** Steps as {@link #stored} writes backups; a base that is a bookmark has a {@code #}. */
    static String text(SendPlan plan) {
        return String.join(" ", plan.steps().stream().map(Timelines::text).toList());
    }

    private static String text(SendStep step) {
        String base = step.base()
                .map(b -> (b.bookmark().isPresent() ? "#" : "") + b.id().name() + ">")
                .orElse("");
        String between = step.between().isEmpty()
                ? ""
                : String.join("+", step.between().stream().map(SnapshotId::name).toList()) + ">";
        return base + between + step.snapshot().name();
    }

    /** What the repository has when the steps are done. */
    static List<StoredBackup> after(List<StoredBackup> stored, SendPlan plan) {
        List<StoredBackup> all = new ArrayList<>(stored);
        for (SendStep step : plan.steps()) {
            all.add(new StoredBackup(
                    text(step), step.kind(), step.snapshot(), step.base().map(Base::id), step.between(), 10, 10, 1));
        }
        return all;
    }
}
