package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.model.Bookmark;
import io.jenkins.plugins.zfsbackup.engine.model.Creation;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import io.jenkins.plugins.zfsbackup.engine.model.PlainText;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Parses the output of {@code zfs get -rHp -o name,property,value,source} line by line and keeps only the resulting
 * datasets. The lines of a dataset, snapshot or bookmark follow each other. If it is destroyed while it is listed, some
 * of its lines are missing, and it is left out.
 */
final class Inventory {

    /** The user property that excludes a dataset, and the datasets below it, from backups. */
    static final String ENABLED = "zfsbackup:enabled";

    /** The user property of snapshots that this engine has taken. Its value is the pattern of their names. */
    static final String TAKEN = "zfsbackup:taken";

    /**
     * The user property of a copy that a restore has made. Its value is the name of the copy at that time. It does not
     * count if the dataset has another name, or inherits the property.
     */
    static final String RESTORED = "zfsbackup:restored";

    static final String COLUMNS = "name,property,value,source";

    private static final List<String> NEEDED = List.of("type", "guid", "createtxg", "creation");

    private final Map<String, String> properties = new HashMap<>();
    private final Map<String, Entry> entries = new TreeMap<>();
    private String current = "";

    /** What is known of a dataset so far. Its snapshots may be listed before its own lines. */
    private static final class Entry {
        final DatasetName name;
        final List<Snapshot> snapshots = new ArrayList<>();
        final List<Bookmark> bookmarks = new ArrayList<>();
        Optional<Map<String, String>> properties = Optional.empty();

        Entry(String name) {
            this.name = new DatasetName(name);
        }
    }

    /** The properties to request, separated by commas. */
    static String properties(Usage usage) {
        String known =
                "type,guid,createtxg,creation,origin,userrefs,referenced," + String.join(",", ENABLED, TAKEN, RESTORED);
        return usage.has("load-key") ? known + ",encryption" : known;
    }

    /** @throws IllegalArgumentException if the line is not in the format of {@code zfs get} */
    void add(String line) {
        String[] columns = line.split("\t", -1);
        if (columns.length != 4) {
            throw new IllegalArgumentException("not four columns");
        }
        if (!columns[0].equals(current)) {
            finishEntry();
            current = columns[0];
        }
        // If the snapshot was received, or inherits the property from a dataset, the property does not tell who took
        // this one.
        if (!columns[1].equals(TAKEN) || columns[3].equals("local")) {
            properties.put(columns[1], columns[2]);
        }
    }

    /**
     * Must be called once, after the last line.
     *
     * @return the datasets in the order of their names, each before those below it
     * @throws IllegalArgumentException if the lines are not in the format of {@code zfs get}
     */
    List<Dataset> datasets() {
        finishEntry();
        List<Dataset> datasets = new ArrayList<>(entries.size());
        for (Entry entry : entries.values()) {
            entry.properties.ifPresent(values -> datasets.add(dataset(entry, values)));
        }
        return datasets;
    }

    private void finishEntry() {
        if (isComplete()) {
            int separator = separator(current);
            Entry entry =
                    entries.computeIfAbsent(separator < 0 ? current : current.substring(0, separator), Entry::new);
            String name = current.substring(separator + 1);
            switch (properties.get("type")) {
                case "snapshot" -> entry.snapshots.add(snapshot(entry.name, name));
                case "bookmark" -> entry.bookmarks.add(bookmark(entry.name, name));
                default -> entry.properties = Optional.of(Map.copyOf(properties));
            }
        }
        properties.clear();
    }

    private boolean isComplete() {
        return NEEDED.stream().allMatch(property -> hasValue(properties, property));
    }

    private static boolean hasValue(Map<String, String> values, String property) {
        String value = values.get(property);
        return value != null && !value.equals("-");
    }

    private static int separator(String name) {
        int at = name.indexOf('@');
        return at < 0 ? name.indexOf('#') : at;
    }

    private Snapshot snapshot(DatasetName dataset, String name) {
        boolean held =
                hasValue(properties, "userrefs") && !properties.get("userrefs").equals("0");
        return new Snapshot(
                dataset,
                name,
                guid(properties),
                createtxg(properties),
                creation(properties),
                held,
                value(properties, TAKEN));
    }

    private Bookmark bookmark(DatasetName dataset, String name) {
        return new Bookmark(dataset, name, guid(properties), createtxg(properties), creation(properties));
    }

    private static Dataset dataset(Entry entry, Map<String, String> values) {
        return new Dataset(
                entry.name,
                type(values.get("type")),
                guid(values),
                value(values, "origin"),
                value(values, ENABLED)
                        .map(enabled -> !enabled.equalsIgnoreCase("false"))
                        .orElse(true),
                value(values, RESTORED).filter(entry.name.value()::equals).isPresent(),
                value(values, "encryption").map(cipher -> !cipher.equals("off")).orElse(false),
                entry.snapshots,
                entry.bookmarks,
                hasValue(values, "referenced") ? bytes(number(values, "referenced")) : 0);
    }

    private static DatasetType type(String type) {
        return switch (type) {
            case "filesystem" -> DatasetType.FILESYSTEM;
            case "volume" -> DatasetType.VOLUME;
            default -> throw new IllegalArgumentException("unknown type '" + type + "'");
        };
    }

    private static Optional<String> value(Map<String, String> values, String property) {
        return Optional.ofNullable(values.get(property)).filter(value -> !value.equals("-"));
    }

    /** An estimate; values beyond the range of {@code long} need not be exact. */
    private static long bytes(long unsigned) {
        return unsigned < 0 ? Long.MAX_VALUE : unsigned;
    }

    /** An unsigned 64-bit number, the type of all numbers in ZFS. */
    private static long number(Map<String, String> values, String property) {
        String value = values.get(property);
        try {
            return Long.parseUnsignedLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(property + " is " + PlainText.quoted(value), e);
        }
    }

    private static long guid(Map<String, String> values) {
        return number(values, "guid");
    }

    private static long createtxg(Map<String, String> values) {
        return number(values, "createtxg");
    }

    private static Instant creation(Map<String, String> values) {
        return Creation.at(number(values, "creation"));
    }
}
