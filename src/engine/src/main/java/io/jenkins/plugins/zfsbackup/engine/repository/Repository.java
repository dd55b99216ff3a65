package io.jenkins.plugins.zfsbackup.engine.repository;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Layout;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A repository: a directory for each dataset, in it a directory for each backup, each with a manifest. What is not
 * named like a backup and has no manifest does not exist; but for the files that old scripts have stored in the same
 * place, in layouts of their own ({@link LegacyLayout}).
 *
 * <p>All methods may be called from several threads.
 */
public final class Repository {

    /** Marks the root and gives the repository an identity that survives a change of address. */
    static final String ROOT_FILE = "zfs-backup.json";
    private static final String FLAT_POOL = "flatPool";
    /** Stands for the pool of files whose pool nobody knows; ZFS has no such name. */
    public static final String UNKNOWN_POOL = "?";
    static final String MANIFEST = "manifest.json";
    static final String SIGNATURE = "manifest.json.asc";
    static final String PARTIAL = ".partial-";
    static final String DELETED = ".deleted-";
    /** Some 250 bytes for each volume: room for a quarter of a million volumes. */
    private static final int LARGEST_MANIFEST = 64 << 20;
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Storage storage;
    private final Clock clock;
    private final Supplier<String> random;
    private final Optional<KnownBackups> memory;
    private final SideBySide manifests;
    private final LegacyFiles legacyFiles;
    private final LegacyHeads legacyHeads;
    private volatile Optional<String> identity = Optional.empty();
    private volatile Optional<String> flatPool = Optional.empty();

    /** @param clock for the times in locks and manifests; no decision about backups hangs on it */
    public Repository(Storage storage, Clock clock) {
        this(storage, clock, randomNames(), Optional.empty());
    }

    /** @param memory spares reading what an earlier run has read */
    public Repository(Storage storage, Clock clock, KnownBackups memory) {
        this(storage, clock, randomNames(), Optional.of(memory));
    }

    Repository(Storage storage, Clock clock, Supplier<String> random) {
        this(storage, clock, random, Optional.empty());
    }

    private Repository(Storage storage, Clock clock, Supplier<String> random, Optional<KnownBackups> memory) {
        this.storage = storage;
        this.clock = clock;
        this.random = random;
        this.memory = memory;
        this.manifests = new SideBySide(storage);
        this.legacyFiles = new LegacyFiles(storage);
        this.legacyHeads = new LegacyHeads(storage);
    }

    private static Supplier<String> randomNames() {
        SecureRandom random = new SecureRandom();
        return () -> {
            byte[] bytes = new byte[6];
            random.nextBytes(bytes);
            return HexFormat.of().formatHex(bytes);
        };
    }

    /** The address for people, without secrets. */
    public String address() {
        return storage.address();
    }

    /** Where the files lie. */
    public Storage storage() {
        return storage;
    }

    /** The repository's identity, 12 hexadecimal digits; empty if nothing was ever stored there. */
    public Optional<String> identity() throws BackupException {
        if (identity.isEmpty()) {
            identity = readIdentity();
        }
        return identity;
    }

    private Optional<String> readIdentity() throws BackupException {
        Optional<ObjectNode> root = rootFile();
        if (root.isEmpty()) {
            return Optional.empty();
        }
        String id = root.get().path("id").asText("");
        if (!id.matches("[0-9a-f]{12}")) {
            throw new IntegrityException(
                    "opening the repository " + address(),
                    ROOT_FILE + " has no id",
                    "Delete that file; the next backup writes it anew.");
        }
        return Optional.of(id);
    }

    private Optional<ObjectNode> rootFile() throws BackupException {
        if (storage.stat(ROOT_FILE).isEmpty()) {
            return Optional.empty();
        }
        byte[] bytes = readWhole(ROOT_FILE, 1 << 16);
        try {
            if (!(JSON.readTree(bytes) instanceof ObjectNode root)) {
                throw new IOException("it is no JSON object");
            }
            String version = root.path("formatVersion").asText("");
            if (!version.startsWith("1.")) {
                throw new IntegrityException(
                        "opening the repository " + address(),
                        ROOT_FILE + " has format version \"" + version + "\", this engine knows " + Manifest.FORMAT_VERSION,
                        "Use a newer zfs-backup.");
            }
            return Optional.of(root);
        } catch (BackupException e) {
            throw e;
        } catch (IOException e) {
            throw new IntegrityException(
                    "opening the repository " + address(),
                    ROOT_FILE + " is not whole: " + e.getMessage(),
                    "Delete that file; the next backup writes it anew.",
                    e);
        }
    }

    /**
     * The pool that the files of the layout flat-gpg belong to, whose names don't tell; empty as long as no run has written
     * it down.
     */
    public Optional<String> flatPool() throws BackupException {
        if (flatPool.isEmpty()) {
            flatPool = rootFile().map(root -> root.path(FLAT_POOL).asText("")).filter(pool -> !pool.isEmpty());
        }
        return flatPool;
    }

    /**
     * Writes down, once and for all, which pool the files of the layout flat-gpg belong to, if they are this one's.
     *
     * @param belowPool the names below the pool of its datasets
     * @param writing whether this pool's run is about to write such files
     * @throws UsageException if it is about to, and they are another pool's: the names would be mixed up
     */
    public void claimFlatFiles(String pool, Collection<String> belowPool, boolean writing) throws BackupException {
        Optional<String> owner = flatPool();
        if (owner.isPresent()) {
            if (writing && !owner.get().equals(pool)) {
                throw new UsageException(
                        "backing up " + pool + " in the layout " + Layout.FLAT_GPG.text(),
                        "the files of that layout in " + address() + " belong to the pool " + owner.get()
                                + ", and their names don't tell the pool",
                        "Choose another directory, or another layout.");
            }
            return;
        }
        if (!writing && legacyFiles.flatNames().stream().noneMatch(belowPool::contains)) {
            return;
        }
        ObjectNode root = rootFile().orElseThrow();
        root.put(FLAT_POOL, pool);
        String fresh = "." + ROOT_FILE + "-" + random.get();
        writeWhole(fresh, rootBytes(root));
        storage.replace(fresh, ROOT_FILE);
    }

    private static byte[] rootBytes(ObjectNode root) {
        return (root.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Makes the directory a repository if it is none yet, and gives its identity. */
    public String initialize() throws BackupException {
        Optional<String> known = identity();
        if (known.isPresent()) {
            return known.get();
        }
        storage.makeDirectories("");
        String id = random.get();
        byte[] json = rootBytes(JSON.createObjectNode()
                .put("format", "zfs-backup repository")
                .put("formatVersion", Manifest.FORMAT_VERSION)
                .put("id", id));
        String fresh = "." + ROOT_FILE + "-" + random.get();
        try {
            writeWhole(fresh, json);
            storage.rename(fresh, ROOT_FILE);
            identity = Optional.of(id);
            return id;
        } catch (RepositoryException e) {
            deleteAfter(e, fresh);
            if (e.kind() == RepositoryException.Kind.EXISTS) {
                return identity().orElseThrow(() -> e);
            }
            throw e;
        }
    }

    private void deleteAfter(RepositoryException failure, String file) {
        try {
            storage.deleteFile(file);
        } catch (BackupException e) {
            // What failed first is the reason, and tells why this can't be done either.
            failure.addSuppressed(e);
        }
    }

    /**
     * The names of all datasets that have a backup; sorted. Where nothing tells the pool of an old script's file, {@link
     * #UNKNOWN_POOL} stands in its place.
     */
    public List<String> datasets() throws BackupException {
        TreeSet<String> found = new TreeSet<>();
        collectDatasets("", found);
        String flatPool = flatPool().orElse(UNKNOWN_POOL);
        legacyFiles.flatNames().forEach(name -> found.add(flatPool + "/" + name));
        for (String name : legacyFiles.memberNames()) {
            found.add(memberPool(name).orElse(UNKNOWN_POOL) + "/" + name);
        }
        return List.copyOf(found);
    }

    private Optional<String> memberPool(String belowPool) throws BackupException {
        for (LegacyFile file : legacyFiles.member(belowPool).files()) {
            try {
                Optional<String> pool = legacyHeads.of(file).map(Repository::pool);
                if (pool.isPresent()) {
                    return pool;
                }
            } catch (IntegrityException e) {
                // The listing names it as damaged; another file may tell.
                continue;
            }
        }
        return Optional.empty();
    }

    private static String pool(StreamInside inside) {
        return inside.dataset().split("/", 2)[0];
    }

    private void collectDatasets(String directory, Collection<String> found) throws BackupException {
        boolean hasBackups = false;
        for (StoredFile entry : storage.list(directory).orElse(List.of())) {
            if (!entry.directory()) {
                continue;
            }
            if (BackupName.isBackup(entry.name())) {
                hasBackups = true;
            } else if (BackupName.isDataset(entry.name())) {
                collectDatasets(directory.isEmpty() ? entry.name() : directory + "/" + entry.name(), found);
            }
        }
        if (hasBackups && !directory.isEmpty()) {
            found.add(BackupName.dataset(directory));
        }
    }

    /**
     * What is stored of one dataset. A backup whose manifest can't be read is listed as damaged and never hides the others.
     * Guids of what old scripts have stored are read from its streams, as far as those can be read.
     */
    public Listing listing(String dataset) throws BackupException {
        List<StoredFile> directories = new ArrayList<>();
        List<String> leftovers = new ArrayList<>();
        boolean locked = false;
        for (StoredFile entry : storage.list(BackupName.datasetDirectory(dataset)).orElse(List.of())) {
            String name = entry.name();
            if (entry.directory() && BackupName.isBackup(name)) {
                directories.add(entry);
            } else if (entry.directory() && isLeftover(name)) {
                leftovers.add(name);
            } else if (name.equals(DatasetLock.NAME)) {
                locked = true;
            }
        }
        List<StoredBackup> backups = new ArrayList<>();
        List<Listing.Damaged> damaged = new ArrayList<>();
        for (Read read : directories.isEmpty() ? List.<Read>of() : summaries(dataset, directories)) {
            read.known().ifPresent(each -> backups.add(each.backup()));
            read.damage().ifPresent(damaged::add);
        }
        backups.sort(Comparator.comparingLong((StoredBackup b) -> b.snapshot().createtxg())
                .thenComparing(b -> b.snapshot().created())
                .thenComparing(StoredBackup::id));
        Map<String, LegacyFile> legacy = new HashMap<>();
        List<StoredBackup> all = new ArrayList<>(legacyBackups(dataset, backups, damaged, legacy));
        all.addAll(backups);
        all.sort((a, b) -> Long.compareUnsigned(a.snapshot().createtxg(), b.snapshot().createtxg()));
        return new Listing(dataset, all, damaged, leftovers, locked, legacy);
    }

    private List<StoredBackup> legacyBackups(
            String dataset, List<StoredBackup> manifested, List<Listing.Damaged> damaged, Map<String, LegacyFile> legacy)
            throws BackupException {
        Map<LegacyFile, StreamInside> inside = new HashMap<>();
        for (LegacyFile file : legacyFiles(dataset, damaged)) {
            try {
                Optional<StreamInside> known = legacyHeads.of(file);
                // The files of the layout flat-gpg belong to the pool that is written down, whatever it was called then.
                boolean ofOtherPool = file.name().layout() == Layout.MEMBER_GZIP
                        && known.isPresent()
                        && !List.of(UNKNOWN_POOL, pool(known.get())).contains(pool(dataset));
                boolean full = file.name().base().isEmpty();
                if (ofOtherPool) {
                    continue;
                } else if (known.isPresent() && full != (known.get().fromGuid() == 0)) {
                    damaged.add(new Listing.Damaged(
                            file.id(), "its name says that it is " + (full ? "full" : "incremental") + ", the stream in it is not"));
                    continue;
                }
                known.ifPresent(stream -> inside.put(file, stream));
                legacy.put(file.id(), file);
            } catch (IntegrityException e) {
                damaged.add(new Listing.Damaged(file.id(), e.said()));
            }
        }
        return new LegacyBackups(List.copyOf(legacy.values()), inside, manifested).backups();
    }

    private List<LegacyFile> legacyFiles(String dataset, List<Listing.Damaged> unclear) throws BackupException {
        int slash = dataset.indexOf('/');
        if (slash < 0 || dataset.indexOf('/', slash + 1) >= 0) {
            return List.of();
        }
        String belowPool = dataset.substring(slash + 1);
        List<LegacyFiles.Found> found = new ArrayList<>();
        LegacyFiles.Found flat = legacyFiles.flat(belowPool);
        boolean any = !flat.files().isEmpty() || !flat.unclear().isEmpty();
        if (any && flatPool().map(owner -> List.of(UNKNOWN_POOL, owner).contains(pool(dataset))).orElse(true)) {
            found.add(flat);
        }
        found.add(legacyFiles.member(belowPool));
        found.forEach(each -> unclear.addAll(each.unclear()));
        return found.stream().flatMap(each -> each.files().stream()).toList();
    }

    private static String pool(String dataset) {
        return dataset.split("/", 2)[0];
    }

    /** Lets listings read the guids in what is encrypted to this key. */
    public void readWith(LegacyLayout.Decode decrypt) {
        legacyHeads.readWith(decrypt);
    }

    /** Lets later listings know what somebody has found by reading a whole file. */
    public void learn(LegacyFile file, StreamInside inside) {
        legacyHeads.learn(file, inside);
    }

    /** Opens a file of an old script. */
    public InputStream legacy(LegacyFile file) throws BackupException {
        return storage.read(file.path());
    }

    /**
     * Starts a file in an old script's layout. The dataset's lock must be held.
     *
     * @throws UsageException if the layout has no place for it
     */
    public LegacyWriter begin(LegacyLayout layout, DatasetName dataset, String snapshot, Optional<String> base)
            throws BackupException {
        legacyFiles.expectInRoot();
        return LegacyWriter.open(storage, dataset, layout.path(dataset, snapshot, base), random.get());
    }

    /** What became of the look at a backup: exactly one of the two. */
    private record Read(Optional<KnownBackups.Known> known, Optional<Listing.Damaged> damage) {}

    private List<Read> summaries(String dataset, List<StoredFile> directories) throws BackupException {
        Optional<String> id = memory.isPresent() ? identity() : Optional.empty();
        Map<String, KnownBackups.Known> remembered = id.isPresent() ? memory.get().of(id.get(), dataset) : Map.of();
        List<Read> all = new ArrayList<>();
        List<StoredFile> unknown = new ArrayList<>();
        for (StoredFile directory : directories) {
            Optional<KnownBackups.Known> found =
                    Optional.ofNullable(remembered.get(directory.name())).filter(each -> each.isStill(directory));
            if (found.isPresent()) {
                all.add(new Read(found, Optional.empty()));
            } else {
                unknown.add(directory);
            }
        }
        all.addAll(manifests.ask(unknown, directory -> summary(dataset, directory)));
        List<KnownBackups.Known> good = all.stream().flatMap(read -> read.known().stream()).toList();
        if (id.isPresent() && KnownBackups.differ(remembered, good)) {
            memory.get().remember(id.get(), dataset, good);
        }
        return all;
    }

    private Read summary(String dataset, StoredFile directory) throws BackupException {
        String id = directory.name();
        try {
            StoredBackup backup = manifest(dataset, id).summary(id);
            return new Read(Optional.of(new KnownBackups.Known(backup, directory)), Optional.empty());
        } catch (IntegrityException e) {
            return new Read(Optional.empty(), Optional.of(new Listing.Damaged(id, e.said())));
        }
    }

    private static boolean isLeftover(String name) {
        return name.contains(PARTIAL) || isAbandoned(name);
    }

    /** Whether nobody has a use for it any more, given that nobody else works on the dataset. */
    private static boolean isAbandoned(String name) {
        return name.contains(DELETED) || name.startsWith(DatasetLock.ON_THE_WAY);
    }

    /**
     * A backup's manifest.
     *
     * @throws IntegrityException if it is missing, damaged, or speaks of another dataset
     */
    public Manifest manifest(String dataset, String id) throws BackupException {
        return manifest(dataset, id, manifestBytes(dataset, id));
    }

    /** As {@link #manifest(String, String)}, from what {@link #manifestBytes} has given. */
    public Manifest manifest(String dataset, String id, byte[] bytes) throws BackupException {
        Manifest manifest = ManifestJson.read(bytes, path(dataset, id) + "/" + MANIFEST);
        if (!manifest.dataset().equals(dataset) || !idOf(manifest.snapshot(), manifest.base()).equals(id)) {
            throw new IntegrityException(
                    "reading " + path(dataset, id),
                    "its manifest speaks of " + manifest.dataset() + "@" + manifest.snapshot().name(),
                    "Somebody moved or replaced it; it can't be used here.");
        }
        return manifest;
    }

    /** A backup's manifest as it is stored: what its signature covers. */
    public byte[] manifestBytes(String dataset, String id) throws BackupException {
        String path = path(dataset, id) + "/" + MANIFEST;
        try {
            return readWhole(path, LARGEST_MANIFEST);
        } catch (RepositoryException e) {
            if (e.kind() == RepositoryException.Kind.MISSING) {
                throw new IntegrityException(
                        "reading " + path,
                        "there is no manifest",
                        "Without it this backup can't be used by the engine; docs/recovery.md tells what can be done by hand.",
                        e);
            }
            throw e;
        }
    }

    /** The manifest's detached signature, armored; empty if there is none. */
    public Optional<byte[]> signature(String dataset, String id) throws BackupException {
        try {
            return Optional.of(readWhole(path(dataset, id) + "/" + SIGNATURE, 1 << 20));
        } catch (RepositoryException e) {
            if (e.kind() == RepositoryException.Kind.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The files of a backup with their sizes, manifest and signature included; empty if the backup is gone. */
    public List<StoredFile> files(String dataset, String id) throws BackupException {
        return storage.list(path(dataset, id)).orElse(List.of());
    }

    /** Opens a volume of a backup. */
    public InputStream volume(String dataset, String id, String name) throws BackupException {
        return storage.read(path(dataset, id) + "/" + name);
    }

    /** Where a backup lies below the root. */
    public String path(String dataset, String id) {
        return BackupName.datasetDirectory(dataset) + "/" + id;
    }

    /** The name a backup gets. */
    public static String idOf(SnapshotId snapshot, Optional<SnapshotId> base) {
        return BackupName.backup(snapshot, base);
    }

    /**
     * Takes the dataset's lock, so that two runs never write there at once.
     *
     * @param owner who asks, for the messages of others
     * @param notes gets a sentence when a stale lock was taken over
     * @throws RepositoryException of kind EXISTS if somebody else holds it
     */
    public DatasetLock lock(String dataset, LockOwner owner, java.util.function.Consumer<String> notes)
            throws BackupException {
        String directory = BackupName.datasetDirectory(dataset);
        storage.makeDirectories(directory);
        return DatasetLock.take(storage, directory, dataset, owner, clock, random, notes);
    }

    /**
     * Starts a new backup in a hidden directory, or carries on with what a run that died left of the same one. The
     * dataset's lock must be held.
     *
     * @param fingerprint of everything that makes stored volumes reusable: compression, recipients, signer, base and snapshot
     */
    public BackupWriter begin(String dataset, String id, String fingerprint) throws BackupException {
        return BackupWriter.open(this, dataset, id, fingerprint, random);
    }

    /**
     * Finishes deletions that a run did not get to the end of, those of locks too; unfinished uploads are left for {@link #begin} to carry on.
     * The dataset's lock must be held.
     */
    public void finishDeleting(Listing listing) throws BackupException {
        for (String name : listing.leftovers()) {
            if (isAbandoned(name)) {
                removeTree(BackupName.datasetDirectory(listing.dataset()) + "/" + name);
            }
        }
    }

    /**
     * Deletes a backup that has a manifest: away under another name first, so that nobody ever sees half of it. What old
     * scripts have stored is deleted by people only.
     *
     * @throws UsageException if it is an old script's
     */
    public void delete(String dataset, String id) throws BackupException {
        if (id.indexOf('@') >= 0) {
            throw new UsageException(
                    "deleting " + id + " of " + dataset,
                    "an old script has stored it, without anything that tells whether what is left could be restored",
                    "Delete it by hand when you know that it is not needed; docs/migration.md says how to tell.");
        }
        String directory = BackupName.datasetDirectory(dataset);
        String away = directory + "/." + id + DELETED + random.get();
        storage.rename(directory + "/" + id, away);
        removeTree(away);
    }

    /** Removes a directory of plain files. */
    void removeTree(String directory) throws BackupException {
        for (StoredFile file : storage.list(directory).orElse(List.of())) {
            storage.deleteFile(directory + "/" + file.name());
        }
        storage.deleteDirectory(directory);
    }

    byte[] readWhole(String path, int limit) throws BackupException {
        try (InputStream in = storage.read(path)) {
            byte[] bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new IntegrityException(
                        "reading " + path, "it is larger than " + limit + " bytes", "That is no file of this engine.");
            }
            return bytes;
        } catch (BackupException e) {
            throw e;
        } catch (IOException e) {
            throw new RepositoryException(
                    RepositoryException.Kind.FAILED, "reading " + path, String.valueOf(e.getMessage()), "", e);
        }
    }

    void writeWhole(String path, byte[] bytes) throws BackupException {
        try (Upload upload = storage.write(path)) {
            upload.write(bytes);
            upload.finish();
        } catch (BackupException e) {
            throw e;
        } catch (IOException e) {
            throw new RepositoryException(
                    RepositoryException.Kind.FAILED, "writing " + path, String.valueOf(e.getMessage()), "", e);
        }
    }
}
