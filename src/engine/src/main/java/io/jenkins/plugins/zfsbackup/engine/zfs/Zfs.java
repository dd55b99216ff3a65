package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.Guid;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.zfs.Program.Output;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The pools of a machine, accessed through its {@code zfs} and {@code zpool} commands.
 *
 * <p>Every method throws a {@link SourceException} if the program is missing, fails or is killed, with the message of
 * the program and what to do next; and an {@link InterruptedRunException} if its thread is interrupted while it waits.
 * Thread-safe.
 */
public final class Zfs {

    /**
     * The number of names per command where any number is allowed: whatever their length, far below the limit of 2 MiB
     * on Linux.
     */
    private static final int NAMES_PER_COMMAND = 2000;

    private static final Pattern VANISHED =
            Pattern.compile("cannot open '(.*)': (dataset|snapshot|bookmark) does not exist");
    private static final Pattern SIZE = Pattern.compile("size\t(\\d{1,18})");

    private final Program zfs;
    private final Program zpool;
    private final Map<String, Capabilities> capabilities = new ConcurrentHashMap<>();
    private Optional<Usage> usage = Optional.empty();

    /**
     * @param zfs how to run {@code zfs}: the program, by name or path, after the words before it
     * @param zpool how to run {@code zpool}, likewise
     */
    public Zfs(List<String> zfs, List<String> zpool) {
        this.zfs = new Program(zfs);
        this.zpool = new Program(zpool);
    }

    /** Runs the programs as the current user. */
    public static Zfs direct() {
        return new Zfs(List.of("zfs"), List.of("zpool"));
    }

    /** Runs the programs through {@code sudo}, which must not ask for a password. */
    public static Zfs throughSudo() {
        return new Zfs(List.of("sudo", "-n", "zfs"), List.of("sudo", "-n", "zpool"));
    }

    /** The names of the imported pools. */
    public List<String> pools() throws SourceException, InterruptedRunException {
        return zpool.succeed(Task.backup("Listing the pools", "POOL"), "list", "-H", "-o", "name");
    }

    /**
     * The features of a pool and of the tools. They are determined once for each pool, with a few commands that only
     * read.
     */
    public Capabilities capabilities(String pool) throws SourceException, InterruptedRunException {
        Capabilities known = capabilities.get(pool);
        if (known == null) {
            known = probe(pool);
            capabilities.put(pool, known);
        }
        return known;
    }

    /**
     * All datasets of a pool with their snapshots and bookmarks, from one {@code zfs} command however many there are. A
     * dataset or snapshot that is destroyed in the meantime is left out.
     *
     * @param pool the name of the pool, or of a dataset to start at
     * @return in the order of their names, each before those below it
     */
    public List<Dataset> inventory(String pool) throws SourceException, InterruptedRunException {
        Task task = Task.backup("Listing the datasets and snapshots of '" + pool + "'", pool);
        Listing listing = list(task, List.of("get", "-rHp"), pool);
        if (listing.exitCode() != 0 && !onlyVanished(listing, pool)) {
            throw listing.errors().contains("does not exist") && !pool.contains("/")
                    ? noSuchPool(task, listing.errors())
                    : zfs.failure(task, listing.exitCode(), listing.errors());
        }
        return listing.datasets();
    }

    /** One dataset with its snapshots and bookmarks, such as the target of a restore; empty if there is none. */
    public Optional<Dataset> dataset(DatasetName name) throws SourceException, InterruptedRunException {
        Task task = Task.backup("Looking at '" + name + "'", name.value());
        Listing listing = list(task, List.of("get", "-rHp", "-d", "1"), name.value());
        if (listing.exitCode() != 0 && !onlyVanished(listing, name.value())) {
            if (isMissing(listing.errors())) {
                return Optional.empty();
            }
            throw zfs.failure(task, listing.exitCode(), listing.errors());
        }
        return listing.datasets().stream()
                .filter(dataset -> dataset.name().equals(name))
                .findFirst();
    }

    /** The guid of a dataset, snapshot or bookmark; empty if it does not exist. */
    public OptionalLong guid(String name) throws SourceException, InterruptedRunException {
        Task task = Task.backup("Looking at '" + name + "'", name);
        Output output = zfs.run(task, "get", "-Hp", "-o", "value", "guid", name);
        if (output.exitCode() == 0 && output.lines().size() == 1) {
            try {
                return OptionalLong.of(Guid.parse(output.lines().get(0)));
            } catch (NumberFormatException e) {
                throw unreadable(task, output.lines().get(0), e);
            }
        }
        if (isMissing(output.errors())) {
            return OptionalLong.empty();
        }
        throw zfs.failure(task, output.exitCode(), output.errors());
    }

    /** Whether a dataset, snapshot or bookmark exists. */
    public boolean exists(String name) throws SourceException, InterruptedRunException {
        return guid(name).isPresent();
    }

    /** Starts to send a stream. */
    public SendProcess send(SendRequest request) throws SourceException {
        Task task = Task.backup("Sending '" + request.snapshot() + "'", request.snapshot());
        List<String> arguments = new ArrayList<>(List.of("send"));
        arguments.addAll(request.arguments());
        return new SendProcess(zfs.start(task, arguments));
    }

    /** The approximate size of a stream in bytes; empty if the tools can't estimate it. */
    public OptionalLong estimate(SendRequest request) throws SourceException, InterruptedRunException {
        Task task = Task.backup("Estimating the size of '" + request.snapshot() + "'", request.snapshot());
        if (!estimates(usage(task))) {
            return OptionalLong.empty();
        }
        List<String> arguments = new ArrayList<>(List.of("send", "-nP"));
        arguments.addAll(request.arguments());
        Output output = zfs.run(task, arguments);
        if (output.exitCode() != 0) {
            throw zfs.failure(task, output.exitCode(), output.errors());
        }
        // OpenZFS before 2.0 writes the estimate to standard error.
        return Stream.concat(output.lines().stream(), output.errors().lines())
                .map(SIZE::matcher)
                .filter(Matcher::matches)
                .mapToLong(size -> Long.parseLong(size.group(1)))
                .reduce((earlier, total) -> total);
    }

    /** Starts to receive a stream into a dataset, which stays unmounted. Nothing is rolled back or overwritten. */
    public ReceiveProcess receive(DatasetName target) throws SourceException, InterruptedRunException {
        Task task = Task.restore("Receiving into '" + target + "'", target);
        return new ReceiveProcess(zfs.startReading(task, List.of("receive", "-u", target.value())));
    }

    /**
     * Takes snapshots. If the tools can't take any set of them at the same instant, a complete subtree is taken at the
     * same instant, and any other set one after the other.
     *
     * @param fullNames {@code dataset@name}, all in one pool; none of them may exist
     * @param pattern the pattern of the names; it is stored on the snapshots, which identifies them as this engine's
     * @return whether all were taken at the same instant
     */
    public boolean snapshot(List<String> fullNames, String pattern) throws SourceException, InterruptedRunException {
        if (fullNames.isEmpty()) {
            return true;
        }
        Task task = Task.backup("Taking the snapshot '" + fullNames.get(0) + "'", fullNames.get(0));
        boolean several = usage(task).takesSeveral("snapshot") && fullNames.size() <= NAMES_PER_COMMAND;
        if (several || fullNames.size() == 1) {
            snapshot(fullNames.get(0), pattern, fullNames);
            return true;
        }
        Optional<String> top = topOfWholeSubtree(fullNames);
        if (top.isPresent()) {
            snapshot(top.get(), pattern, List.of("-r", top.get()));
            return true;
        }
        for (String fullName : fullNames) {
            snapshot(fullName, pattern, List.of(fullName));
        }
        return false;
    }

    /**
     * Properties of a dataset by their names, with the values of {@code zfs get -p}.
     *
     * @param names names that these tools don't know are ignored
     */
    public Map<String, String> properties(DatasetName dataset, List<String> names)
            throws SourceException, InterruptedRunException {
        Task task = Task.backup("Looking at '" + dataset + "'", dataset.value());
        Usage known = usage(task);
        List<String> asked = names.stream()
                .filter(name -> !name.equals("keystatus") || known.has("load-key"))
                .toList();
        Map<String, String> properties = new HashMap<>();
        for (String line :
                zfs.succeed(task, "get", "-Hp", "-o", "property,value", String.join(",", asked), dataset.value())) {
            int tab = line.indexOf('\t');
            if (tab < 0) {
                throw unreadable(task, line, new IllegalArgumentException("not two columns"));
            }
            properties.put(line.substring(0, tab), line.substring(tab + 1));
        }
        return properties;
    }

    /** Mounts a filesystem at its mount point. */
    public void mount(DatasetName dataset) throws SourceException, InterruptedRunException {
        zfs.succeed(Task.restore("Mounting '" + dataset + "'", dataset), "mount", dataset.value());
    }

    /** Marks a dataset as a copy that a restore has made. It is not backed up as long as it has this name. */
    public void markRestored(DatasetName dataset) throws SourceException, InterruptedRunException {
        Task task = Task.property("Marking '" + dataset + "' as restored", dataset);
        zfs.succeed(task, "set", Inventory.RESTORED + "=" + dataset, dataset.value());
    }

    /** Renames a snapshot. */
    public void renameSnapshot(String fullName, String newFullName) throws SourceException, InterruptedRunException {
        Task task = Task.rename("Renaming the snapshot '" + fullName + "' to '" + newFullName + "'", fullName);
        zfs.succeed(task, "rename", fullName, newFullName);
    }

    /** Destroys a snapshot. Does nothing if it does not exist. */
    public void destroySnapshot(String fullName) throws SourceException, InterruptedRunException {
        String name = fullName.substring(fullName.indexOf('@') + 1);
        if (fullName.indexOf('@') < 1 || name.contains("%") || name.contains(",")) {
            throw new SourceException(
                    "Destroying the snapshot '" + fullName + "'",
                    "zfs destroy would take the name for something else than one snapshot",
                    "Rename the snapshot, then destroy it by hand.");
        }
        destroy("Destroying the snapshot '" + fullName + "'", fullName);
    }

    /** Destroys a bookmark. Does nothing if it does not exist. */
    public void destroyBookmark(String fullName) throws SourceException, InterruptedRunException {
        if (fullName.indexOf('#') < 1) {
            throw new IllegalArgumentException("'" + fullName + "' is not the full name of a bookmark");
        }
        destroy("Destroying the bookmark '" + fullName + "'", fullName);
    }

    /** Makes a bookmark {@code dataset#name} of a snapshot. Does nothing if that bookmark of that snapshot exists. */
    public void bookmark(String snapshot, String bookmark) throws SourceException, InterruptedRunException {
        Task task = Task.backup("Making the bookmark '" + bookmark + "' of '" + snapshot + "'", snapshot);
        Output output = zfs.repeatable(task, "bookmark", snapshot, bookmark);
        boolean there = output.errors().contains("exists") && guid(bookmark).equals(guid(snapshot));
        if (output.exitCode() != 0 && !there) {
            throw zfs.failure(task, output.exitCode(), output.errors());
        }
    }

    /** Puts a hold on a snapshot. Does nothing if the snapshot has a hold with this tag. */
    public void hold(String tag, String snapshot) throws SourceException, InterruptedRunException {
        Task task = Task.backup("Holding '" + snapshot + "' with the tag '" + tag + "'", snapshot);
        Output output = zfs.repeatable(task, "hold", tag, snapshot);
        if (output.exitCode() != 0 && !output.errors().contains("tag already exists")) {
            throw zfs.failure(task, output.exitCode(), output.errors());
        }
    }

    /** Releases a hold. Does nothing if there is no hold with this tag, or the snapshot does not exist. */
    public void release(String tag, String snapshot) throws SourceException, InterruptedRunException {
        Task task = Task.backup("Releasing '" + snapshot + "' from the tag '" + tag + "'", snapshot);
        Output output = zfs.repeatable(task, "release", tag, snapshot);
        if (output.exitCode() != 0 && !output.errors().contains("no such tag") && !isMissing(output.errors())) {
            throw zfs.failure(task, output.exitCode(), output.errors());
        }
    }

    /**
     * The holds on snapshots, of all owners.
     *
     * @param snapshots full names
     * @return empty if the tools can't list them, see {@link Capabilities#holdsListed}
     */
    public List<Hold> holds(List<String> snapshots) throws SourceException, InterruptedRunException {
        List<Hold> holds = new ArrayList<>();
        if (snapshots.isEmpty()) {
            return holds;
        }
        Task first = Task.backup("Listing the holds on '" + snapshots.get(0) + "' and others", snapshots.get(0));
        if (!usage(first).takes("holds", 'H')) {
            return holds;
        }
        for (int from = 0; from < snapshots.size(); from += NAMES_PER_COMMAND) {
            holds.addAll(holdsOf(snapshots.subList(from, Math.min(from + NAMES_PER_COMMAND, snapshots.size()))));
        }
        return holds;
    }

    private List<Hold> holdsOf(List<String> snapshots) throws SourceException, InterruptedRunException {
        Task task = Task.backup("Listing the holds on '" + snapshots.get(0) + "' and others", snapshots.get(0));
        List<String> arguments = new ArrayList<>(List.of("holds", "-H"));
        arguments.addAll(snapshots);
        Output output = zfs.run(task, arguments);
        if (output.exitCode() != 0 && !isMissing(output.errors())) {
            throw zfs.failure(task, output.exitCode(), output.errors());
        }
        List<Hold> holds = new ArrayList<>();
        for (String line : output.lines()) {
            String[] columns = line.split("\t");
            if (columns.length < 2) {
                throw unreadable(task, line, new IllegalArgumentException("no columns"));
            }
            holds.add(new Hold(columns[0], columns[1]));
        }
        return holds;
    }

    private record Listing(List<Dataset> datasets, int exitCode, String errors, boolean errorsComplete) {}

    private Listing list(Task task, List<String> command, String name) throws SourceException, InterruptedRunException {
        List<String> arguments = new ArrayList<>(command);
        if (usage(task).takes("get", 't')) {
            arguments.addAll(List.of("-t", "filesystem,volume,snapshot,bookmark"));
        }
        arguments.addAll(List.of("-o", Inventory.COLUMNS, Inventory.properties(usage(task)), name));
        Running running = zfs.start(task, arguments);
        Inventory inventory = new Inventory();
        String line = "";
        List<Dataset> datasets;
        try (BufferedReader lines = Program.lines(running)) {
            for (line = lines.readLine(); line != null; line = lines.readLine()) {
                inventory.add(line);
            }
            line = "(end)";
            datasets = inventory.datasets();
        } catch (RuntimeException e) {
            running.kill();
            throw unreadable(task, line, e);
        } catch (IOException e) {
            running.kill();
            throw new SourceException(task.doing(), e.toString(), "", e);
        }
        int exitCode = running.exitCode();
        return new Listing(datasets, exitCode, running.errors(), running.errorsComplete());
    }

    /** Whether the only error is that something below the name was destroyed while it was listed. */
    private static boolean onlyVanished(Listing listing, String name) {
        return listing.errorsComplete()
                && !listing.errors().isEmpty()
                && listing.errors()
                        .lines()
                        .map(VANISHED::matcher)
                        .allMatch(line -> line.matches() && !line.group(1).equals(name));
    }

    private static boolean isMissing(String errors) {
        return errors.contains("does not exist") || errors.contains("no such pool");
    }

    private SourceException noSuchPool(Task task, String said) throws SourceException, InterruptedRunException {
        List<String> pools = pools();
        String next = pools.isEmpty()
                ? "No pool is imported on this machine; as root, zpool import shows what could be."
                : "The pools here are: " + String.join(", ", pools) + ".";
        return new SourceException(task.doing(), said, next);
    }

    private static SourceException unreadable(Task task, String line, RuntimeException cause) {
        String shown = line.length() > 200 ? line.substring(0, 200) + "…" : line;
        return new SourceException(
                task.doing(),
                "zfs wrote what it should not: '" + shown + "' (" + Reason.of(cause) + ")",
                "Look whether the zfs on the PATH is the real one.",
                cause);
    }

    private void snapshot(String first, String pattern, List<String> arguments)
            throws SourceException, InterruptedRunException {
        List<String> command = new ArrayList<>(List.of("snapshot", "-o", Inventory.TAKEN + "=" + pattern));
        command.addAll(arguments);
        zfs.succeed(Task.backup("Taking the snapshot '" + first + "'", first), command);
    }

    /** The topmost snapshot, if the names are exactly those that {@code zfs snapshot -r} would take. */
    private Optional<String> topOfWholeSubtree(List<String> fullNames) throws SourceException, InterruptedRunException {
        // Compares only the names of the datasets: in full names, a slash sorts before the @ of the parent dataset.
        String top = fullNames.stream()
                .min(Comparator.comparing(name -> name.substring(0, name.indexOf('@'))))
                .orElseThrow();
        String dataset = top.substring(0, top.indexOf('@'));
        String suffix = top.substring(top.indexOf('@'));
        Set<String> subtree = new HashSet<>();
        for (String name : zfs.succeed(
                Task.backup("Listing the datasets of '" + dataset + "'", dataset),
                "list",
                "-rH",
                "-t",
                "filesystem,volume",
                "-o",
                "name",
                dataset)) {
            subtree.add(name + suffix);
        }
        return subtree.equals(Set.copyOf(fullNames)) ? Optional.of(top) : Optional.empty();
    }

    /** Destroys a scratch dataset of this engine with all its snapshots. Does nothing if it does not exist. */
    public void destroyScratch(DatasetName scratch) throws SourceException, InterruptedRunException {
        Task task = Task.destroy("Destroying the scratch dataset '" + scratch + "'", scratch.value());
        Output output = zfs.repeatable(task, "destroy", "-r", scratch.value());
        if (output.exitCode() != 0 && !isMissing(output.errors())) {
            throw zfs.failure(task, output.exitCode(), output.errors());
        }
    }

    private void destroy(String doing, String fullName) throws SourceException, InterruptedRunException {
        Task task = Task.destroy(doing, fullName);
        Output output = zfs.repeatable(task, "destroy", fullName);
        if (output.exitCode() != 0
                && !isMissing(output.errors())
                && !output.errors().contains("could not find")) {
            throw zfs.failure(task, output.exitCode(), output.errors());
        }
    }

    /** The synopses of the tools. They are read once, by the first task that needs them. */
    private synchronized Usage usage(Task task) throws SourceException, InterruptedRunException {
        if (usage.isEmpty()) {
            Output output = zfs.run(task);
            Usage asked = Usage.parse(output.errors().lines().toList());
            if (!asked.has("send")) {
                throw zfs.failure(task, output.exitCode(), output.errors());
            }
            usage = Optional.of(asked);
        }
        return usage.get();
    }

    private Capabilities probe(String pool) throws SourceException, InterruptedRunException {
        Task task = Task.backup("Asking what the pool '" + pool + "' can do", pool);
        Usage tool = usage(task);
        Output version = zpool.run(task, "list", "-H", "-o", "version", pool);
        if (version.exitCode() != 0) {
            throw isMissing(version.errors())
                    ? noSuchPool(task, version.errors())
                    : zpool.failure(task, version.exitCode(), version.errors());
        }
        String poolVersion = String.join(" ", version.lines());
        Set<SendFlag> flags = EnumSet.noneOf(SendFlag.class);
        for (SendFlag flag : SendFlag.values()) {
            if (tool.takes("send", flag.letter())) {
                flags.add(flag);
            }
        }
        return new Capabilities(
                zfsVersion(task, tool),
                poolVersion.equals("-") ? "features" : poolVersion,
                tool.has("bookmark") && hasBookmarks(task, pool),
                tool.takes("holds", 'H'),
                estimates(tool),
                tool.takesSeveral("snapshot"),
                tool.takes("receive", 'o'),
                flags);
    }

    private static boolean estimates(Usage tool) {
        return tool.takes("send", 'n') && tool.takes("send", 'P');
    }

    private String zfsVersion(Task task, Usage tool) throws SourceException, InterruptedRunException {
        return tool.has("version") ? String.join(", ", zfs.succeed(task, "version")) : "older than 0.8";
    }

    private boolean hasBookmarks(Task task, String pool) throws SourceException, InterruptedRunException {
        List<String> state = zpool.succeed(task, "get", "-Hp", "-o", "value", "feature@bookmarks", pool);
        return state.contains("enabled") || state.contains("active");
    }
}
