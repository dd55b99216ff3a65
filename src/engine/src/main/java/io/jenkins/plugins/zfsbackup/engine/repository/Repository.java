package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.storage.ParallelReads;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import io.jenkins.plugins.zfsbackup.engine.storage.WholeFiles;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A repository: a directory for each dataset, in it a directory for each backup, each with a manifest. What is not
 * named like a backup and has no manifest does not exist; but for what other programs have stored in the same place
 * ({@link AdoptedBackups}).
 *
 * <p>All methods may be called from several threads.
 */
public final class Repository {

    static final String MANIFEST = "manifest.json";
    static final String SIGNATURE = "manifest.json.asc";
    static final String PARTIAL = ".partial-";
    static final String DELETED = ".deleted-";

    private final Storage storage;
    private final Supplier<String> random;
    private final Optional<LocalState> local;
    private final ParallelReads manifests;
    private final WholeFiles files;
    private final RootFile root;
    private final RepositoryIdentity identity;
    private final AdoptedBackups adopted;
    private final History history;

    /** @param storage where its files lie */
    public Repository(Storage storage) {
        this(storage, randomNames());
    }

    /** @param local spares reading what an earlier run has read, and sending what it has sent */
    public Repository(Storage storage, LocalState local) {
        this(storage, local, AdoptedBackups.NONE);
    }

    /** @param adopted what else is listed */
    public Repository(Storage storage, LocalState local, AdoptedBackups adopted) {
        this(storage, randomNames(), Optional.of(local), Optional.of(local), adopted);
    }

    Repository(Storage storage, Supplier<String> random) {
        this(storage, random, Optional.empty(), Optional.empty(), AdoptedBackups.NONE);
    }

    /**
     * A repository of which every manifest is read anew.
     *
     * @param local what is there is compared with what this machine has seen before
     * @param adopted what else is listed
     */
    public static Repository readAnew(Storage storage, LocalState local, AdoptedBackups adopted) {
        return new Repository(storage, randomNames(), Optional.empty(), Optional.of(local), adopted);
    }

    private Repository(
            Storage storage,
            Supplier<String> random,
            Optional<LocalState> local,
            Optional<LocalState> remembered,
            AdoptedBackups adopted) {
        this.storage = storage;
        this.random = random;
        this.local = local;
        this.manifests = new ParallelReads(storage);
        this.files = new WholeFiles(storage);
        this.root = new RootFile(storage, random);
        this.identity = new RepositoryIdentity(storage, root);
        this.adopted = adopted;
        this.history = new History(this, remembered);
    }

    /** What this machine has seen of the repository before. */
    public History history() {
        return history;
    }

    /** What this machine keeps of repositories; empty where nothing is kept. */
    Optional<LocalState> local() {
        return local;
    }

    static Supplier<String> randomNames() {
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

    /** A part of a name that nobody else uses: 12 hexadecimal digits. */
    public String randomName() {
        return random.get();
    }

    /** Where the files lie. */
    public Storage storage() {
        return storage;
    }

    /**
     * The repository's identity, 12 hexadecimal digits; empty if nothing was ever stored there. Where the root file
     * does not tell it, the backups do.
     */
    public Optional<String> identity() throws BackupException {
        return identity.get();
    }

    /** What a person should know about the repository's identity: that its root file is missing or can't be read. */
    public Optional<String> doubt() throws BackupException {
        return identity.doubt();
    }

    /**
     * Makes the directory a repository if it is none yet, and gives its identity. A root file that is missing is
     * written anew, with the identity that the backups name.
     *
     * @throws IntegrityException if there is a root file that can't be used
     */
    public String initialize() throws BackupException {
        Optional<String> written = root.identity();
        return written.isPresent() ? written.get() : root.initialize(identity.get());
    }

    /** Has this machine remember that this repository is at its address. */
    public void rememberAddress() throws BackupException {
        history.seenHere();
    }

    /**
     * The names of all datasets that have a backup; sorted. Where nothing tells the pool of an adopted file,
     * {@link AdoptedBackups#UNKNOWN_POOL} stands in its place.
     */
    public List<String> datasets() throws BackupException {
        return tree().datasets();
    }

    /**
     * Looks at all directories. What can't be looked into is in the result, and hides nothing beside it. Where nothing
     * tells the pool of an adopted file, {@link AdoptedBackups#UNKNOWN_POOL} stands in its place.
     */
    public DatasetTree tree() throws BackupException {
        return new DatasetSearch(storage).find().with(adopted.datasets());
    }

    /** What other programs have stored here. */
    public AdoptedBackups adopted() {
        return adopted;
    }

    /**
     * What is stored of one dataset. A backup whose manifest can't be read is listed as damaged and never hides the
     * others.
     *
     * @param dataset its name; of what is no name nothing is stored
     * @throws RepositoryException if something else than a directory has the dataset's place
     */
    public Listing listing(String dataset) throws BackupException {
        if (!BackupName.hasDirectory(dataset)) {
            return new Listing(dataset, List.of(), List.of(), List.of(), false, Map.of());
        }
        List<StoredFile> directories = new ArrayList<>();
        List<Listing.Damaged> damaged = new ArrayList<>();
        List<String> leftovers = new ArrayList<>();
        boolean locked = false;
        for (StoredFile entry : entries(dataset)) {
            String name = entry.name();
            if (entry.directory() && BackupName.isBackup(name)) {
                directories.add(entry);
            } else if (BackupName.isBackup(name)) {
                damaged.add(new Listing.Damaged(name, entry.unreadable().orElse("it is a file, not a directory")));
            } else if (entry.directory() && isLeftover(name)) {
                leftovers.add(name);
            } else if (name.equals(DatasetLock.NAME)) {
                locked = true;
            }
        }
        List<StoredBackup> read = new ArrayList<>();
        Map<String, Instant> modified = new HashMap<>();
        directories.forEach(directory -> modified.put(directory.name(), directory.modified()));
        List<Summaries.Read> summaries = directories.isEmpty() ? List.of() : summaries(dataset, directories);
        for (Summaries.Read each : summaries) {
            each.known().ifPresent(known -> read.add(known.backup()));
        }
        List<StoredBackup> backups = new ArrayList<>(Eras.number(read));
        summaries.forEach(each -> each.damage().ifPresent(damage -> damaged.add(inEraOf(backups, damage))));
        backups.sort(Comparator.comparing(StoredBackup::snapshot, SnapshotId.byAge())
                .thenComparing(b -> b.snapshot().created())
                .thenComparing(StoredBackup::id));
        AdoptedBackups.Found others = adopted.of(dataset, backups);
        damaged.addAll(others.damaged());
        modified.putAll(others.modified());
        List<StoredBackup> all = new ArrayList<>(others.backups());
        all.addAll(backups);
        all.sort(Comparator.comparing(StoredBackup::snapshot, SnapshotId.byAge()));
        Listing listing = new Listing(dataset, all, damaged, leftovers, locked, modified);
        if (local.isPresent()) {
            history.seen(listing);
        }
        return listing;
    }

    /** What is remembered of a damaged backup is of use only where there is but one era that it can be of. */
    private static Listing.Damaged inEraOf(List<StoredBackup> backups, Listing.Damaged damaged) {
        List<Integer> eras = backups.stream()
                .map(backup -> backup.snapshot().era())
                .distinct()
                .toList();
        Optional<SnapshotId> snapshot =
                eras.size() == 1 ? damaged.remembered().map(id -> id.in(eras.get(0))) : Optional.empty();
        return new Listing.Damaged(damaged.id(), damaged.why(), damaged.modified(), snapshot);
    }

    private List<StoredFile> entries(String dataset) throws BackupException {
        String directory = BackupName.datasetDirectory(dataset);
        Optional<List<StoredFile>> entries = storage.list(directory);
        Optional<StoredFile> instead = entries.isPresent() ? Optional.empty() : storage.stat(directory);
        if (instead.isPresent() && !instead.get().directory()) {
            throw new RepositoryException(
                    RepositoryException.Kind.FAILED,
                    "listing what is stored of " + dataset,
                    directory + ": " + instead.get().unreadable().orElse("it is a file, not a directory"),
                    "Look at what has its place in " + storage.address() + ".");
        }
        return entries.orElse(List.of());
    }

    private List<Summaries.Read> summaries(String dataset, List<StoredFile> directories) throws BackupException {
        Optional<String> id = local.isPresent() ? identity() : Optional.empty();
        return new Summaries(
                        this, manifests, local.filter(each -> id.isPresent()).map(LocalState::backups), id.orElse(""))
                .of(dataset, directories);
    }

    /** What this machine remembers of having found a dataset's backups whole, by their ids. */
    public Map<String, SeenWhole> seenWhole(String dataset) throws BackupException {
        Optional<String> id = local.isPresent() ? identity() : Optional.empty();
        return id.isPresent() ? local.get().seen().of(id.get(), dataset) : Map.of();
    }

    /** Remembers, where this machine keeps anything, what was seen of a dataset's backups; and nothing else of them. */
    public void rememberWhole(String dataset, Map<String, SeenWhole> seen) throws BackupException {
        Optional<String> id = local.isPresent() ? identity() : Optional.empty();
        if (id.isPresent()) {
            local.get().seen().remember(id.get(), dataset, seen);
        }
    }

    private static boolean isLeftover(String name) {
        return name.contains(PARTIAL) || isAbandoned(name);
    }

    /** Whether nobody has a use for it any more, given that nobody else works on the dataset. */
    static boolean isAbandoned(String name) {
        return name.contains(DELETED) || name.startsWith(DatasetLock.ON_THE_WAY);
    }

    /**
     * A backup's manifest.
     *
     * @throws IntegrityException if it is missing, damaged, or speaks of another dataset or repository
     */
    public Manifest manifest(String dataset, String id) throws BackupException {
        return manifest(dataset, id, manifestBytes(dataset, id));
    }

    /** As {@link #manifest(String, String)}, from what {@link #manifestBytes} has given. */
    public Manifest manifest(String dataset, String id, byte[] bytes) throws BackupException {
        return inItsPlace(dataset, id, ManifestJson.read(bytes, manifestPath(dataset, id)));
    }

    /** As {@link #manifest(String, String)}, but that its volumes are no more than counted. */
    Manifest withoutVolumes(String dataset, String id) throws BackupException {
        String path = manifestPath(dataset, id);
        Manifest manifest = manifestFile(path, () -> ManifestJson.readWithoutVolumes(storage.read(path), path));
        return inItsPlace(dataset, id, manifest);
    }

    private Manifest inItsPlace(String dataset, String id, Manifest manifest) throws BackupException {
        Optional<String> own = identity();
        if (own.isPresent() && !manifest.repository().equals(own.get())) {
            throw new IntegrityException(
                    "reading " + path(dataset, id),
                    "it belongs to the repository " + manifest.repository() + ", and " + identity.text(own.get()),
                    "Somebody put it here, or changed " + RootFile.NAME + "; it can't be used here.");
        }
        if (!manifest.dataset().equals(dataset) || !BackupName.isOf(id, manifest.snapshot(), manifest.base())) {
            throw new IntegrityException(
                    "reading " + path(dataset, id),
                    "its manifest speaks of " + manifest.dataset() + "@"
                            + manifest.snapshot().name(),
                    "Somebody moved or replaced it; it can't be used here.");
        }
        return manifest;
    }

    /** A backup's manifest as it is stored: what its signature covers. */
    public byte[] manifestBytes(String dataset, String id) throws BackupException {
        String path = manifestPath(dataset, id);
        return manifestFile(path, () -> files.read(path, ManifestJson.LARGEST));
    }

    private String manifestPath(String dataset, String id) {
        return path(dataset, id) + "/" + MANIFEST;
    }

    private interface Reading<T> {
        T read() throws BackupException;
    }

    private static <T> T manifestFile(String path, Reading<T> reading) throws BackupException {
        try {
            return reading.read();
        } catch (RepositoryException e) {
            if (e.kind() == RepositoryException.Kind.MISSING) {
                throw new IntegrityException(
                        "reading " + path,
                        "there is no manifest",
                        "Without it this backup can't be used by the engine; docs/recovery.md tells what can be"
                                + " done by hand.",
                        e);
            }
            throw e;
        }
    }

    /** What a manifest is like from outside. */
    KnownBackups.Known.Stamp manifestStamp(String dataset, String id) throws BackupException {
        return storage.stat(path(dataset, id) + "/" + MANIFEST)
                .map(file -> new KnownBackups.Known.Stamp(
                        file.size(), file.modified().getEpochSecond()))
                .orElse(KnownBackups.Known.Stamp.NONE);
    }

    /** The manifest's detached signature, armored; empty if there is none. */
    public Optional<byte[]> signature(String dataset, String id) throws BackupException {
        try {
            return Optional.of(files.read(path(dataset, id) + "/" + SIGNATURE, 1 << 20));
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
        return BackupName.path(dataset, id);
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
        return DatasetLock.take(storage, dataset, owner, random, notes);
    }

    /**
     * What is stored of the lock's dataset, once whatever other runs have left there is this one's: deletions are
     * finished, and unfinished uploads are left for {@link #begin} to carry on, out of reach of the runs that began
     * them. After it nobody publishes anything of this dataset but the lock's holder.
     *
     * @throws RepositoryException if the lock was lost
     */
    public Listing settled(DatasetLock lock) throws BackupException {
        Listing listing = listing(lock.dataset());
        return new Leftovers(storage, random).claim(lock, listing) ? listing(lock.dataset()) : listing;
    }

    /**
     * Starts a new backup in a hidden directory, or carries on with what a run of this machine that died left of the
     * same one. The dataset's lock must be held.
     *
     * @param fingerprint of everything that makes stored volumes reusable: compression, recipients, signer, base and
     *     snapshot
     */
    public BackupWriter begin(String dataset, String id, String fingerprint) throws BackupException {
        ResumeNote what = new ResumeNote(initialize(), dataset, id, fingerprint);
        return BackupWriter.open(
                storage, what, local.map(LocalState::key), random, backup -> history.published(dataset, backup));
    }

    /**
     * Deletes a backup that has a manifest: away under another name first, so that nobody ever sees half of it. What
     * has none is deleted by people only.
     *
     * @param lock the dataset's, which must still be held
     * @throws UsageException if it has none
     * @throws RepositoryException if the lock was lost
     */
    public void delete(DatasetLock lock, String id) throws BackupException {
        String dataset = lock.dataset();
        if (!BackupName.isBackup(id)) {
            throw new UsageException(
                    "deleting " + id + " of " + dataset,
                    "an old script has stored it, without anything that tells whether what is left could be restored",
                    "Delete it by hand when you know that it is not needed; docs/migration.md says how to tell.");
        }
        String directory = BackupName.datasetDirectory(dataset);
        String away = directory + "/." + id + DELETED + random.get();
        lock.check();
        storage.rename(directory + "/" + id, away);
        files.removeTree(away);
    }
}
