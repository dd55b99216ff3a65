package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes backups out of files without a manifest. Where the guids in their streams are known they count, and a name that
 * is used twice is two snapshots; where they are not, a name stands for one snapshot, which is the one that a manifest
 * builds on if that has the name.
 *
 * <p>The order is that of the chains: what builds on another is younger. Beyond that the time in the stream decides,
 * else the date in the name, else the time of the upload.
 */
final class ScriptBackups {

    private static final Pattern DATE =
            Pattern.compile("(?<!\\d)(\\d{4})-?(\\d{2})-?(\\d{2})(?!\\d)(?:[.T_ -]?(\\d{2}):?(\\d{2})(?!\\d))?");

    private final List<ScriptFile> files;
    private final Map<ScriptFile, StreamInside> inside;
    private final Map<Long, SnapshotId> manifested = new HashMap<>();
    private final Map<String, Set<Long>> guids = new HashMap<>();
    private final Map<String, Instant> times = new HashMap<>();
    private final NavigableMap<Instant, SnapshotId> youngest = new TreeMap<>();

    /**
     * @param files of one dataset
     * @param inside what is known of their streams
     * @param manifested the dataset's backups that have a manifest
     */
    ScriptBackups(List<ScriptFile> files, Map<ScriptFile, StreamInside> inside, List<StoredBackup> manifested) {
        this.files = files;
        this.inside = inside;
        manifested.stream().flatMap(StoredBackup::snapshots).forEach(id -> this.manifested.put(id.guid(), id));
        collectNeighbours();
        collectGuids(manifested);
        collectTimes();
    }

    private void collectGuids(List<StoredBackup> manifests) {
        for (ScriptFile file : files) {
            StreamInside stream = inside.get(file);
            if (stream == null) {
                continue;
            }
            target(file, stream).ifPresent(id -> guids(file.name().snapshot()).add(id.guid()));
            file.name()
                    .base()
                    .filter(base -> stream.fromGuid() != 0)
                    .ifPresent(base -> guids(base).add(stream.fromGuid()));
        }
        Set<Long> led = new HashSet<>();
        manifests.forEach(backup -> led.add(backup.snapshot().guid()));
        manifests.stream()
                .flatMap(backup -> backup.base().stream())
                .filter(base -> !led.contains(base.guid()) && guids(base.name()).isEmpty())
                .toList()
                .forEach(base -> guids(base.name()).add(base.guid()));
    }

    private Set<Long> guids(String name) {
        return guids.computeIfAbsent(name, key -> new TreeSet<>());
    }

    /** A package's head tells its first snapshot only, which is its last one if the name says so. */
    private static Optional<SnapshotId> target(ScriptFile file, StreamInside stream) {
        return stream.whole() || stream.last().name().equals(file.name().snapshot())
                ? Optional.of(stream.last())
                : Optional.empty();
    }

    private void collectTimes() {
        for (ScriptFile file : files) {
            StreamInside stream = inside.get(file);
            String name = file.name().snapshot();
            Instant told = stream == null
                    ? null
                    : target(file, stream).map(SnapshotId::created).orElse(null);
            times.merge(name, told == null ? estimate(name, file) : told, (a, b) -> a.isBefore(b) ? a : b);
        }
    }

    private static Instant estimate(String name, ScriptFile file) {
        Matcher date = DATE.matcher(name);
        if (date.find()) {
            try {
                LocalDate day = LocalDate.of(
                        Integer.parseInt(date.group(1)),
                        Integer.parseInt(date.group(2)),
                        Integer.parseInt(date.group(3)));
                int hour = date.group(4) == null ? 0 : Integer.parseInt(date.group(4));
                int minute = date.group(5) == null ? 0 : Integer.parseInt(date.group(5));
                return day.atTime(hour, minute).toInstant(ZoneOffset.UTC);
            } catch (DateTimeException e) {
                // Digits that are no date.
                return file.modified();
            }
        }
        return file.modified();
    }

    /** The backups in their order. */
    List<StoredBackup> backups() {
        List<StoredBackup> backups = new ArrayList<>();
        for (ScriptFile file : files) {
            backups.add(backup(file, Optional.ofNullable(inside.get(file))));
        }
        Map<Long, Integer> places = places(backups);
        backups.sort(Comparator.comparing(
                        (StoredBackup backup) -> places.get(backup.snapshot().guid()))
                .thenComparing(backup -> backup.base().isPresent())
                .thenComparing(StoredBackup::id));
        return backups;
    }

    private StoredBackup backup(ScriptFile file, Optional<StreamInside> stream) {
        ScriptName name = file.name();
        SnapshotId snapshot = stream.flatMap(known -> target(file, known))
                .map(id -> known(name.snapshot(), id.guid(), id.created()))
                .orElseGet(() -> byName(name.snapshot(), file));
        Optional<SnapshotId> base = name.base()
                .map(from -> stream.map(known -> known(from, known.fromGuid(), times.getOrDefault(from, Instant.EPOCH)))
                        .orElseGet(() -> byName(from, file)));
        List<SnapshotId> between = base.isEmpty() ? List.of() : between(stream, snapshot);
        Kind kind = base.isEmpty() ? Kind.FULL : between.isEmpty() ? Kind.INCREMENTAL : Kind.PACKAGE;
        return new StoredBackup(
                file.id(),
                kind,
                snapshot,
                base,
                between,
                0,
                file.size(),
                1,
                name.layout().layout(),
                0,
                0);
    }

    private List<SnapshotId> between(Optional<StreamInside> stream, SnapshotId snapshot) {
        return stream.stream()
                .flatMap(known -> known.snapshots().stream())
                .filter(id -> id.guid() != snapshot.guid())
                .map(id -> known(id.name(), id.guid(), id.created()))
                .toList();
    }

    private SnapshotId known(String name, long guid, Instant created) {
        SnapshotId told = manifested.get(guid);
        return told == null ? beside(new SnapshotId(name, guid, 0, created)) : told.called(name);
    }

    private SnapshotId byName(String name, ScriptFile file) {
        Instant about = times.getOrDefault(name, estimate(name, file));
        Set<Long> candidates = guids.getOrDefault(name, Set.of());
        return candidates.size() == 1
                ? known(name, candidates.iterator().next(), about)
                : beside(SnapshotId.named(name, 0, about));
    }

    /**
     * Beside the newest one with a manifest that is no younger: so the two are in order, should both be written in
     * turns.
     */
    private SnapshotId beside(SnapshotId id) {
        return Optional.ofNullable(youngest.floorEntry(id.created()))
                .map(Map.Entry::getValue)
                .map(each -> new SnapshotId(
                        id.name(), id.guid(), id.guidKnown(), each.createtxg(), id.created(), each.era()))
                .orElse(id);
    }

    /** For each time at which a snapshot with a manifest was made, the youngest of all up to then. */
    private void collectNeighbours() {
        Comparator<SnapshotId> byTime = Comparator.comparing(SnapshotId::created);
        Optional<SnapshotId> last = Optional.empty();
        for (SnapshotId id : manifested.values().stream()
                .sorted(byTime.thenComparing(SnapshotId.byAge()))
                .toList()) {
            last = last.filter(before -> SnapshotId.byAge().compare(before, id) > 0)
                    .or(() -> Optional.of(id));
            youngest.put(id.created(), last.get());
        }
    }

    /** Each snapshot's place: of those all of whose bases have theirs, the oldest is next. */
    private static Map<Long, Integer> places(List<StoredBackup> backups) {
        Map<Long, SnapshotId> snapshots = new LinkedHashMap<>();
        backups.stream()
                .map(StoredBackup::snapshot)
                .sorted(Comparator.comparing(SnapshotId::created).thenComparing(SnapshotId::name))
                .forEach(id -> snapshots.putIfAbsent(id.guid(), id));
        List<Long> byAge = List.copyOf(snapshots.keySet());
        Map<Long, Integer> ages = new HashMap<>();
        byAge.forEach(guid -> ages.put(guid, ages.size()));
        Map<Long, Set<Long>> leadingTo = new HashMap<>();
        Map<Long, Set<Long>> bases = new HashMap<>();
        for (StoredBackup backup : backups) {
            long to = backup.snapshot().guid();
            backup.base()
                    .map(SnapshotId::guid)
                    .filter(from -> from != to && ages.containsKey(from))
                    .ifPresent(from -> {
                        leadingTo.computeIfAbsent(from, key -> new HashSet<>()).add(to);
                        bases.computeIfAbsent(to, key -> new HashSet<>()).add(from);
                    });
        }
        PriorityQueue<Long> ready = new PriorityQueue<>(Comparator.comparing(ages::get));
        byAge.stream().filter(guid -> !bases.containsKey(guid)).forEach(ready::add);
        Map<Long, Integer> places = new HashMap<>();
        int oldest = 0;
        while (places.size() < byAge.size()) {
            if (ready.isEmpty()) {
                // Names that build on each other in a ring are nobody's chain, and must not stop the listing.
                while (places.containsKey(byAge.get(oldest))) {
                    oldest++;
                }
                ready.add(byAge.get(oldest));
            }
            long next = ready.remove();
            if (places.putIfAbsent(next, places.size()) == null) {
                for (long after : leadingTo.getOrDefault(next, Set.of())) {
                    Set<Long> waitingFor = bases.get(after);
                    if (waitingFor.remove(next) && waitingFor.isEmpty()) {
                        ready.add(after);
                    }
                }
            }
        }
        return places;
    }
}
