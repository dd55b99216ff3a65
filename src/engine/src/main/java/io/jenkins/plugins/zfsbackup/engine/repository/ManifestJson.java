package io.jenkins.plugins.zfsbackup.engine.repository;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Creation;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.PlainText;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The manifest as JSON; {@code docs/manifest.schema.json} describes it. A manifest comes from storage that nobody
 * trusts, so that every field is checked for form and for agreement with the others before anything is made of it.
 */
public final class ManifestJson {

    /** In bytes. Some 270 for each volume, 150 for each snapshot of a package. */
    static final int LARGEST = 64 << 20;

    /** Parts of all but volumes and snapshots of a package; there is room for what later versions may add. */
    private static final int MOST_OTHER_PARTS = 10_000;
    /**
     * Parts of a volume or a snapshot. A volume has 12: the two ends of an object, and five names with their values.
     */
    private static final int MOST_ENTRY_PARTS = 100;

    private static final BoundedJson.Bounds BOUNDS = new BoundedJson.Bounds(
            LARGEST, 16L * Manifest.MOST_VOLUMES + 16L * Manifest.MOST_BETWEEN + MOST_OTHER_PARTS);
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9A-F]{40,64}");
    private static final Pattern REPOSITORY = Pattern.compile("[0-9a-f]{12}");
    private static final Pattern VOLUME_NAME = Pattern.compile("[0-9]{5,9}\\.zfs(\\.zst|\\.gz)?(\\.gpg)?");
    private static final Set<String> KNOWN = Set.of(
            "formatVersion",
            "repository",
            "dataset",
            "kind",
            "snapshot",
            "base",
            "between",
            "origin",
            "stream",
            "sendFlags",
            "rawBytes",
            "storedBytes",
            "compression",
            "encryption",
            "signer",
            "volumes",
            "sequence",
            "run",
            "created",
            "software",
            "recovery");

    private ManifestJson() {}

    /** The manifest as UTF-8, readable by a person. */
    public static byte[] write(Manifest manifest) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.getFactory().createGenerator(bytes).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            writeFields(beforeVolumes(manifest), json);
            // One by one: the tree of them all would be many times as large as the text.
            json.writeArrayFieldStart("volumes");
            for (Manifest.Volume volume : manifest.volumes()) {
                json.writeTree(volume(volume));
            }
            json.writeEndArray();
            writeFields(afterVolumes(manifest), json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory has no reason to fail", e);
        }
        bytes.write('\n');
        return bytes.toByteArray();
    }

    private static void writeFields(ObjectNode fields, JsonGenerator json) throws IOException {
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            json.writeFieldName(field.getKey());
            json.writeTree(field.getValue());
        }
    }

    private static ObjectNode beforeVolumes(Manifest manifest) {
        ObjectNode root = JSON.createObjectNode();
        root.put("formatVersion", manifest.formatVersion());
        root.put("repository", manifest.repository());
        ObjectNode dataset = root.putObject("dataset");
        dataset.put("name", manifest.dataset());
        dataset.put("guid", Long.toUnsignedString(manifest.datasetGuid()));
        dataset.put("type", manifest.datasetType().name().toLowerCase(Locale.ROOT));
        root.put("kind", manifest.kind().text());
        root.set("snapshot", snapshot(manifest.snapshot()));
        manifest.base().ifPresent(base -> root.set("base", snapshot(base)));
        if (!manifest.between().isEmpty()) {
            ArrayNode between = root.putArray("between");
            manifest.between().forEach(each -> between.add(snapshot(each)));
        }
        manifest.origin().ifPresent(origin -> root.put("origin", origin));
        ObjectNode stream = root.putObject("stream");
        stream.put("toGuid", Long.toUnsignedString(manifest.stream().toGuid()));
        stream.put("fromGuid", Long.toUnsignedString(manifest.stream().fromGuid()));
        stream.put("toName", manifest.stream().toName());
        manifest.stream().features().forEach(stream.putArray("features")::add);
        manifest.sendFlags().forEach(root.putArray("sendFlags")::add);
        root.put("rawBytes", manifest.rawBytes());
        root.put("storedBytes", manifest.storedBytes());
        root.put("compression", manifest.compression().text());
        manifest.encryption().ifPresent(encryption -> {
            ObjectNode node = root.putObject("encryption");
            node.put("method", "openpgp");
            encryption.recipients().forEach(node.putArray("recipients")::add);
        });
        manifest.signer().ifPresent(signer -> root.put("signer", signer));
        return root;
    }

    private static ObjectNode afterVolumes(Manifest manifest) {
        ObjectNode root = JSON.createObjectNode();
        root.put("sequence", manifest.sequence());
        root.put("run", manifest.run());
        root.put("created", manifest.created().toString());
        manifest.software().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> root.withObject("/software").put(entry.getKey(), entry.getValue()));
        manifest.recovery().forEach(root.putArray("recovery")::add);
        manifest.other().forEach((name, value) -> root.set(name, JSON.valueToTree(value)));
        return root;
    }

    /** One volume's entry, as the manifest has it. */
    static ObjectNode volume(Manifest.Volume volume) {
        return JSON.createObjectNode()
                .put("name", volume.name())
                .put("rawBytes", volume.rawBytes())
                .put("rawSha256", volume.rawSha256())
                .put("storedBytes", volume.storedBytes())
                .put("storedSha256", volume.storedSha256());
    }

    /** What planning sees of a backup. */
    static ObjectNode summary(StoredBackup backup) {
        ObjectNode node = JSON.createObjectNode();
        node.put("id", backup.id());
        node.put("kind", backup.kind().text());
        node.set("snapshot", snapshot(backup.snapshot()));
        backup.base().ifPresent(base -> node.set("base", snapshot(base)));
        ArrayNode between = node.putArray("between");
        backup.between().forEach(each -> between.add(snapshot(each)));
        return node.put("rawBytes", backup.rawBytes())
                .put("storedBytes", backup.storedBytes())
                .put("volumes", backup.volumes())
                .put("dataset", Long.toUnsignedString(backup.datasetGuid()))
                .put("sequence", backup.sequence());
    }

    private static ObjectNode snapshot(SnapshotId id) {
        ObjectNode node = JSON.createObjectNode();
        node.put("name", id.name());
        node.put("guid", id.guidText());
        node.put("createtxg", Long.toUnsignedString(id.createtxg()));
        node.put("created", id.created().toString());
        return node;
    }

    /**
     * Reads a manifest.
     *
     * @param json what stands in the repository
     * @param where names the file, for messages
     * @throws IntegrityException if it is cut, not a manifest, from a newer major version, or contradicts itself
     */
    public static Manifest read(byte[] json, String where) throws BackupException {
        return read(new ByteArrayInputStream(json), where, true);
    }

    /**
     * Reads a manifest without keeping its volumes, of which nothing but the number is right in what it returns. It
     * takes no memory worth speaking of, so that many may be read side by side.
     *
     * @param json closed when this returns
     * @param where names the file, for messages
     * @throws IntegrityException as {@link #read(byte[], String)}
     */
    static Manifest readWithoutVolumes(InputStream json, String where) throws BackupException {
        return read(json, where, false);
    }

    private static Manifest read(InputStream text, String where, boolean volumesKept) throws BackupException {
        try (text;
                BoundedJson json = BOUNDS.open(text)) {
            return new Reader(where).manifest(json, new ManifestVolumes(volumesKept, where));
        } catch (BackupException e) {
            throw e;
        } catch (StreamConstraintsException e) {
            throw damaged(where, "is larger or deeper than any manifest has to be");
        } catch (JsonProcessingException e) {
            throw damaged(where, "is not whole: " + BoundedJson.why(e));
        } catch (IOException | RuntimeException e) {
            throw damaged(where, "is no JSON text: " + Reason.of(e));
        }
    }

    /** Reads volume entries, as {@link #volume} writes them. */
    static List<Manifest.Volume> readVolumes(JsonNode entries, String where) throws IntegrityException {
        return new Reader(where).volumes(entries);
    }

    /**
     * Reads what {@link #summary} writes.
     *
     * @throws IllegalArgumentException if it contradicts itself
     */
    static StoredBackup readSummary(JsonNode node, String where) throws IntegrityException {
        return new Reader(where).summary(node);
    }

    static IntegrityException damaged(String where, String what) {
        return new IntegrityException(
                "reading " + where, what, "Verify the repository; this backup can't be used as it is.");
    }

    /** Reads fields one by one, so that the message names the field that is wrong. */
    private record Reader(String where) {

        Manifest manifest(BoundedJson json, ManifestVolumes volumes) throws IOException {
            ObjectNode root = JSON.createObjectNode();
            List<SnapshotId> between = new ArrayList<>();
            BoundedJson.Allowance others = new BoundedJson.Allowance(MOST_OTHER_PARTS);
            json.document((name, value) -> {
                switch (name) {
                    case "volumes" -> value.array(each -> volumes.add(volume(entry(each))));
                    case "between" -> value.array(each -> addBetween(between, snapshot(entry(each))));
                    default -> root.set(name, value.tree(others));
                }
            });
            return manifest(root, between, volumes);
        }

        private static JsonNode entry(BoundedJson json) throws IOException {
            return json.tree(new BoundedJson.Allowance(MOST_ENTRY_PARTS));
        }

        private Manifest manifest(JsonNode root, List<SnapshotId> between, ManifestVolumes volumes)
                throws IntegrityException {
            String version = text(root, "formatVersion");
            String major = version.split("\\.", 2)[0];
            if (!major.equals(Manifest.FORMAT_VERSION.split("\\.", 2)[0])) {
                throw new IntegrityException(
                        "reading " + where,
                        "the manifest has format version " + version + ", this engine knows " + Manifest.FORMAT_VERSION,
                        "Use a newer zfs-backup.");
            }
            JsonNode dataset = object(root, "dataset");
            JsonNode streamNode = object(root, "stream");
            Manifest manifest;
            try {
                manifest = new Manifest(
                        version,
                        repository(root),
                        text(dataset, "name"),
                        unsigned(dataset, "guid"),
                        oneOf(DatasetType.class, text(dataset, "type"), "dataset.type"),
                        oneOf(Kind.class, text(root, "kind"), "kind"),
                        snapshot(object(root, "snapshot")),
                        root.has("base") ? Optional.of(snapshot(object(root, "base"))) : Optional.empty(),
                        between,
                        root.has("origin") ? Optional.of(text(root, "origin")) : Optional.empty(),
                        new Manifest.Stream(
                                unsigned(streamNode, "toGuid"),
                                unsigned(streamNode, "fromGuid"),
                                text(streamNode, "toName"),
                                texts(streamNode, "features")),
                        texts(root, "sendFlags"),
                        size(root, "rawBytes"),
                        size(root, "storedBytes"),
                        Compression.parse(text(root, "compression"))
                                .orElseThrow(() -> damaged(where, "compression is " + root.get("compression"))),
                        encryption(root),
                        root.has("signer") ? Optional.of(fingerprint(text(root, "signer"))) : Optional.empty(),
                        volumes.list(),
                        sequence(root),
                        text(root, "run"),
                        instant(root, "created"),
                        software(root),
                        texts(root, "recovery"),
                        others(root));
            } catch (IllegalArgumentException e) {
                throw damaged(where, Reason.of(e));
            }
            checkAgreement(manifest, volumes);
            return manifest;
        }

        StoredBackup summary(JsonNode node) throws IntegrityException {
            return new StoredBackup(
                    text(node, "id"),
                    oneOf(Kind.class, text(node, "kind"), "kind"),
                    snapshot(object(node, "snapshot")),
                    node.has("base") ? Optional.of(snapshot(object(node, "base"))) : Optional.empty(),
                    snapshots(node),
                    size(node, "rawBytes"),
                    size(node, "storedBytes"),
                    Math.toIntExact(size(node, "volumes")),
                    Layout.NATIVE,
                    unsigned(node, "dataset"),
                    sequence(node));
        }

        private long sequence(JsonNode node) throws IntegrityException {
            long sequence = size(node, "sequence");
            if (sequence < 1 || sequence > Manifest.LAST_SEQUENCE) {
                throw damaged(where, "sequence is " + sequence);
            }
            return sequence;
        }

        private void checkAgreement(Manifest manifest, ManifestVolumes volumes) throws IntegrityException {
            if (manifest.base().isPresent() == (manifest.kind() == Kind.FULL)) {
                throw damaged(where, "a full stream has no base, every other has one");
            }
            checkSnapshots(manifest);
            volumes.check(manifest);
            if (manifest.stream().toGuid() != manifest.snapshot().guid()) {
                throw damaged(
                        where,
                        "the stream leads to guid "
                                + Long.toUnsignedString(manifest.stream().toGuid()) + ", the snapshot has "
                                + manifest.snapshot().guidText());
            }
            long from = manifest.base().map(SnapshotId::guid).orElse(0L);
            if (manifest.stream().fromGuid() != from) {
                throw damaged(
                        where,
                        "the stream builds on guid "
                                + Long.toUnsignedString(manifest.stream().fromGuid()) + ", the manifest says "
                                + Long.toUnsignedString(from));
            }
        }

        /**
         * Each of the snapshots that a backup names is another one, or the search for ways would go round in circles.
         */
        private void checkSnapshots(Manifest manifest) throws IntegrityException {
            if (!manifest.between().isEmpty() && manifest.kind() != Kind.PACKAGE) {
                throw damaged(where, "only a package has snapshots between two others");
            }
            Set<Long> guids = new HashSet<>();
            Stream.of(manifest.base().stream(), manifest.between().stream(), Stream.of(manifest.snapshot()))
                    .flatMap(ids -> ids)
                    .map(SnapshotId::guid)
                    .forEach(guids::add);
            if (guids.contains(0L)) {
                throw damaged(where, "a snapshot has the guid 0");
            }
            if (guids.size()
                    != manifest.base().stream().count() + manifest.between().size() + 1) {
                throw damaged(where, "a snapshot is named twice");
            }
        }

        private void addBetween(List<SnapshotId> between, SnapshotId id) throws IntegrityException {
            if (between.size() == Manifest.MOST_BETWEEN) {
                throw damaged(where, "has more than " + Manifest.MOST_BETWEEN + " snapshots in a package");
            }
            between.add(id);
        }

        List<Manifest.Volume> volumes(JsonNode array) throws IntegrityException {
            List<Manifest.Volume> volumes = new ArrayList<>();
            for (JsonNode node : array) {
                volumes.add(volume(node));
            }
            return volumes;
        }

        private Manifest.Volume volume(JsonNode node) throws IntegrityException {
            String name = text(node, "name");
            if (!VOLUME_NAME.matcher(name).matches()) {
                throw damaged(where, "a volume is named " + PlainText.quoted(name));
            }
            Manifest.Volume volume = new Manifest.Volume(
                    name,
                    size(node, "rawBytes"),
                    hash(node, "rawSha256"),
                    size(node, "storedBytes"),
                    hash(node, "storedSha256"));
            if (volume.rawBytes() > Manifest.Volume.LARGEST_RAW
                    || volume.storedBytes() > Manifest.Volume.largestStored(volume.rawBytes())) {
                throw damaged(
                        where,
                        "volume " + name + " would have " + volume.rawBytes() + " bytes, stored as "
                                + volume.storedBytes() + ": no engine writes such volumes");
            }
            return volume;
        }

        private SnapshotId snapshot(JsonNode node) throws IntegrityException {
            String name = text(node, "name");
            if (!DatasetName.isSnapshotName(name)) {
                throw damaged(where, "a snapshot is named " + PlainText.quoted(name));
            }
            return new SnapshotId(name, unsigned(node, "guid"), unsigned(node, "createtxg"), instant(node, "created"));
        }

        private List<SnapshotId> snapshots(JsonNode root) throws IntegrityException {
            List<SnapshotId> list = new ArrayList<>();
            for (JsonNode node : root.path("between")) {
                list.add(snapshot(node));
            }
            return list;
        }

        private Optional<Manifest.Encryption> encryption(JsonNode root) throws IntegrityException {
            if (!root.has("encryption")) {
                return Optional.empty();
            }
            JsonNode node = object(root, "encryption");
            if (!text(node, "method").equals("openpgp")) {
                throw damaged(where, "the encryption method is " + PlainText.quoted(text(node, "method")));
            }
            List<String> recipients = texts(node, "recipients");
            for (String recipient : recipients) {
                fingerprint(recipient);
            }
            return Optional.of(new Manifest.Encryption(recipients));
        }

        private Map<String, String> software(JsonNode root) {
            Map<String, String> software = new LinkedHashMap<>();
            root.path("software")
                    .properties()
                    .forEach(entry ->
                            software.put(entry.getKey(), entry.getValue().asText()));
            return software;
        }

        private Map<String, Object> others(JsonNode root) {
            Map<String, Object> others = new LinkedHashMap<>();
            root.properties().forEach(entry -> {
                if (!KNOWN.contains(entry.getKey())) {
                    others.put(entry.getKey(), entry.getValue());
                }
            });
            return others;
        }

        private String text(JsonNode node, String field) throws IntegrityException {
            JsonNode value = node.path(field);
            if (!value.isTextual()) {
                throw damaged(where, value.isMissingNode() ? field + " is missing" : field + " is no text");
            }
            return value.textValue();
        }

        private JsonNode object(JsonNode node, String field) throws IntegrityException {
            JsonNode value = node.path(field);
            if (!value.isObject()) {
                throw damaged(where, value.isMissingNode() ? field + " is missing" : field + " is no object");
            }
            return value;
        }

        private List<String> texts(JsonNode node, String field) throws IntegrityException {
            List<String> list = new ArrayList<>();
            for (JsonNode value : node.path(field)) {
                if (!value.isTextual()) {
                    throw damaged(where, field + " has an entry that is no text");
                }
                list.add(value.textValue());
            }
            return list;
        }

        private long size(JsonNode node, String field) throws IntegrityException {
            JsonNode value = node.path(field);
            if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
                throw damaged(where, field + " is no size: " + PlainText.quoted(value.asText()));
            }
            return value.longValue();
        }

        private long unsigned(JsonNode node, String field) throws IntegrityException {
            String value = text(node, field);
            try {
                return Long.parseUnsignedLong(value);
            } catch (NumberFormatException e) {
                throw damaged(where, field + " is no unsigned number: " + PlainText.quoted(value));
            }
        }

        private Instant instant(JsonNode node, String field) throws IntegrityException {
            String value = text(node, field);
            Instant time;
            try {
                time = Instant.parse(value);
            } catch (DateTimeException e) {
                throw damaged(where, field + " is no time: " + PlainText.quoted(value));
            }
            if (time.isBefore(Instant.EPOCH) || time.isAfter(Creation.LATEST)) {
                throw damaged(where, field + " is no time of a snapshot: " + PlainText.quoted(value));
            }
            return time;
        }

        private String hash(JsonNode node, String field) throws IntegrityException {
            String value = text(node, field);
            if (!SHA256.matcher(value).matches()) {
                throw damaged(where, field + " is no SHA-256: " + PlainText.quoted(value));
            }
            return value;
        }

        private String repository(JsonNode root) throws IntegrityException {
            String value = text(root, "repository");
            if (!REPOSITORY.matcher(value).matches()) {
                throw damaged(where, "repository is no id: " + PlainText.quoted(value));
            }
            return value;
        }

        private String fingerprint(String value) throws IntegrityException {
            if (!FINGERPRINT.matcher(value).matches()) {
                throw damaged(where, "is no key's fingerprint: " + PlainText.quoted(value));
            }
            return value;
        }

        private <E extends Enum<E>> E oneOf(Class<E> type, String value, String field) throws IntegrityException {
            for (E each : type.getEnumConstants()) {
                if (each.name().toLowerCase(Locale.ROOT).equals(value)) {
                    return each;
                }
            }
            throw damaged(where, field + " is " + PlainText.quoted(value));
        }
    }
}
