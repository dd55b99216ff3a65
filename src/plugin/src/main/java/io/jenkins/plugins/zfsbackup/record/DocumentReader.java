package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.agent.Budget;
import io.jenkins.plugins.zfsbackup.agent.Fields;
import io.jenkins.plugins.zfsbackup.agent.JsonException;
import io.jenkins.plugins.zfsbackup.agent.JsonInput;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the document of a run. Datasets and backups are counted to the last one; kept one by one are as many as
 * anybody looks at, so that a document of any size, or one made up by somebody, takes a few megabytes.
 */
final class DocumentReader {

    static final int MOST_WARNINGS = 20;

    private static final int MOST_DATASETS = 10_000;
    private static final int MOST_STREAMS = 20_000;
    private static final int MOST_PROBLEMS = 20;
    private static final int MOST_POINTS = 1_000;

    /** Of all texts that are kept. */
    private static final int MOST_CHARACTERS = 4 << 20;

    private static final String OK = Outcome.OK.text();

    private final JsonInput in;
    private final List<DatasetRecord> datasets = new ArrayList<>();
    private final RunFigures.Sum sum = new RunFigures.Sum();
    private int streams;
    private int characters;

    private DocumentReader(JsonInput in) {
        this.in = in;
    }

    /** @throws JsonException if it is no JSON object */
    static RunDocument read(InputStream document) throws IOException {
        try (JsonInput in = JsonInput.of(document)) {
            return new DocumentReader(in).read();
        }
    }

    /** For one field: far more than a true one has, and so little that what is dropped costs nothing. */
    private static Budget oneField() {
        return new Budget(5_000, 100_000);
    }

    private RunDocument read() throws IOException {
        Map<String, Object> root = new LinkedHashMap<>();
        in.document(name -> {
            if (name.equals("datasets")) {
                in.elements(none -> dataset());
            } else if (isFree(root)) {
                root.put(name, in.value(oneField()));
            }
        });
        Fields fields = new Fields(root);
        if (sum.isEmpty()) {
            sum.add(fields.count("rawBytes"), fields.count("storedBytes"));
        }
        return new RunDocument(fields, datasets, sum.figures(), "");
    }

    /** Whether an object may have a further field: ours have a dozen. */
    private static boolean isFree(Map<String, Object> object) {
        return object.size() < 50;
    }

    private void dataset() throws IOException {
        Map<String, Object> values = new LinkedHashMap<>();
        Backups backups = new Backups();
        RestorePoints points = new RestorePoints();
        in.fields(name -> {
            if (name.equals("backups")) {
                in.elements(none -> backups.add(new Fields(object())));
            } else if (name.equals("restorePoints")) {
                in.elements(none -> points.add(new Fields(object())));
            } else if (name.equals("damaged")) {
                in.elements(none -> backups.addDamaged(new Fields(object())));
            } else if (isFree(values)) {
                values.put(name, in.value(oneField()));
            }
        });
        DatasetRecord dataset = DatasetRecord.of(new Fields(values), backups.streams(), points.restorable());
        sum.add(dataset);
        if (datasets.size() < MOST_DATASETS && hasRoomFor(dataset.length())) {
            datasets.add(dataset);
        }
    }

    private Map<String, Object> object() throws IOException {
        Map<String, Object> values = new LinkedHashMap<>();
        in.fields(name -> {
            if (isFree(values)) {
                values.put(name, in.value(oneField()));
            }
        });
        return values;
    }

    private boolean hasRoomFor(int length) {
        if (length > MOST_CHARACTERS - characters) {
            return false;
        }
        characters += length;
        return true;
    }

    /** Adds up the backups of a dataset. */
    private final class Backups {

        private final List<StoredStream> shown = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();
        private long count;
        private long rawBytes;
        private long storedBytes;
        private long checkedBytes;
        private double seconds;

        void add(Fields backup) {
            count++;
            StoredStream stream = StoredStream.of(backup);
            rawBytes = Figures.sum(rawBytes, stream.getRawBytes());
            storedBytes = Figures.sum(storedBytes, stream.getStoredBytes());
            seconds += stream.getSeconds();
            checkedBytes = Figures.sum(checkedBytes, backup.count("checkedBytes"));
            if (streams < MOST_STREAMS && hasRoomFor(stream.length())) {
                streams++;
                shown.add(stream);
            }
            String outcome = backup.text("outcome");
            if (!outcome.isEmpty() && !outcome.equals(OK)) {
                addProblem(backup.text("id"), backup.text("message"));
            }
        }

        void addDamaged(Fields damaged) {
            addProblem(damaged.text("id"), damaged.text("why"));
        }

        private void addProblem(String id, String why) {
            if (problems.size() < MOST_PROBLEMS) {
                problems.add(id + ": " + why);
            }
        }

        DatasetRecord.Streams streams() {
            return new DatasetRecord.Streams(shown, count, rawBytes, storedBytes, checkedBytes, seconds, problems);
        }
    }

    /** Counts the restore points of a dataset, and keeps the names of the newest. */
    private static final class RestorePoints {

        private final Deque<String> names = new ArrayDeque<>();
        private long count;

        void add(Fields point) {
            if (Boolean.TRUE.equals(point.values().get("restorable"))) {
                count++;
                // Oldest first in the document.
                names.addFirst(point.text("select"));
                if (names.size() > MOST_POINTS) {
                    names.removeLast();
                }
            }
        }

        DatasetRecord.RestorePoints restorable() {
            return new DatasetRecord.RestorePoints(List.copyOf(names), count);
        }
    }
}
