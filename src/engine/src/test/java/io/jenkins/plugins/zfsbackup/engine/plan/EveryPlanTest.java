package io.jenkins.plugins.zfsbackup.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What must hold of every plan, whatever the source has left and whatever the repository has: tried on all of them, as
 * long as they are small.
 */
class EveryPlanTest {

    private static final String[] NAMES = {"2019-06-01", "2019-06-11", "2019-06-21", "2019-07-01", "2019-07-11"};

    private final Timelines t = new Timelines(String.join(" ", NAMES));
    /** The same names and dates, for other snapshots. */
    private final Timelines others = new Timelines("v w x y z " + String.join(" ", NAMES));

    static List<Policy> policies() {
        return List.of(
                new Forever(false),
                new Forever(true),
                new FullEvery(Duration.ofDays(20)),
                new Levels(List.of(Period.MONTH, Period.WEEK, Period.DAY)),
                new Monthly(false));
    }

    /** What the source may have left of a snapshot. */
    private enum Left {
        SNAPSHOT,
        BOOKMARK,
        NOTHING
    }

    @ParameterizedTest
    @MethodSource("policies")
    void everyPlanIsSoundForEverySetOfBackupsOfThreeSnapshots(Policy policy) {
        List<StoredBackup> all = stored(List.of("0", "1", "2", "0>1", "0>2", "1>2", "0>1>2"));
        List<Source> sources = sources(t, 3);
        for (int set = 0; set < 1 << all.size(); set++) {
            int chosen = set;
            List<StoredBackup> stored = IntStream.range(0, all.size())
                    .filter(i -> (chosen >> i & 1) == 1)
                    .mapToObj(all::get)
                    .toList();
            sources.forEach(source -> check(policy, source, stored));
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    void everyPlanIsSoundForEveryHistoryOfFourSnapshots(Policy policy) {
        List<Source> sources = sources(t, 4);
        forEveryHistory(4, stored -> sources.forEach(source -> check(policy, source, stored)));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void everyPlanIsSoundForEveryHistoryOfFiveSnapshotsThatTheSourceStillHas(Policy policy) {
        Source source = t.here(String.join(" ", NAMES));
        forEveryHistory(5, stored -> check(policy, source, stored));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void noPlanEverTakesABaseByItsName(Policy policy) {
        List<Source> sources = sources(others, 3);
        forEveryHistory(
                3,
                stored -> sources.forEach(source -> {
                    check(policy, source, stored);
                    if (!source.snapshots().isEmpty()) {
                        assertThat(policy.plan(source, stored).steps().get(0).kind())
                                .isEqualTo(Kind.FULL);
                    }
                }));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void noPlanDependsOnTheOrderInWhichThingsAreListed(Policy policy) {
        List<StoredBackup> stored = stored(List.of("0", "0>1"));
        String expected = Timelines.text(policy.plan(t.here(String.join(" ", NAMES)), stored));
        permutations(List.of(NAMES), List.of(), order -> {
            Source source = t.here(String.join(" ", order));
            assertThat(Timelines.text(policy.plan(source, stored(List.of("0>1", "0")))))
                    .isEqualTo(expected);
        });
    }

    private static void permutations(List<String> rest, List<String> done, Consumer<List<String>> each) {
        if (rest.isEmpty()) {
            each.accept(done);
        }
        for (String next : rest) {
            List<String> fewer =
                    rest.stream().filter(name -> !name.equals(next)).toList();
            permutations(fewer, Stream.concat(done.stream(), Stream.of(next)).toList(), each);
        }
    }

    private static List<Source> sources(Timelines timelines, int snapshots) {
        List<Source> sources = new ArrayList<>();
        Left[] choices = Left.values();
        int combinations = (int) Math.pow(choices.length, snapshots);
        for (int combination = 0; combination < combinations; combination++) {
            List<String> entries = new ArrayList<>();
            int digits = combination;
            for (int i = 0; i < snapshots; i++, digits /= choices.length) {
                switch (choices[digits % choices.length]) {
                    case SNAPSHOT -> entries.add(NAMES[i]);
                    case BOOKMARK -> entries.add("#" + NAMES[i]);
                    case NOTHING -> {}
                }
            }
            sources.add(timelines.here(String.join(" ", entries)));
        }
        return sources;
    }

    /** Each snapshot is not stored, or once: in full, or from any earlier one, alone or with all those between. */
    private void forEveryHistory(int snapshots, Consumer<List<StoredBackup>> each) {
        forEveryHistory(0, snapshots, List.of(), each);
    }

    private void forEveryHistory(int to, int snapshots, List<String> stored, Consumer<List<StoredBackup>> each) {
        if (to == snapshots) {
            each.accept(stored(stored));
            return;
        }
        forEveryHistory(to + 1, snapshots, stored, each);
        List<String> ways = new ArrayList<>(List.of("" + to));
        for (int from = 0; from < to; from++) {
            ways.add(from + ">" + to);
            if (to - from > 1) {
                String between =
                        IntStream.range(from + 1, to).mapToObj(String::valueOf).collect(Collectors.joining("+"));
                ways.add(from + ">" + between + ">" + to);
            }
        }
        for (String way : ways) {
            forEveryHistory(
                    to + 1,
                    snapshots,
                    Stream.concat(stored.stream(), Stream.of(way)).toList(),
                    each);
        }
    }

    /** As {@link Timelines#stored}, with the snapshots by number. */
    private List<StoredBackup> stored(List<String> backups) {
        String text = String.join(" ", backups);
        return t.stored(
                Pattern.compile("\\d").matcher(text).replaceAll(number -> NAMES[Integer.parseInt(number.group())]));
    }

    private static void check(Policy policy, Source source, List<StoredBackup> stored) {
        SendPlan plan = policy.plan(source, stored);
        Repository repository = new Repository(stored);
        try {
            for (SendStep step : plan.steps()) {
                requirePossible(step, source, repository);
                repository.store(step);
            }
            requireComplete(policy, source, stored, repository);
            require(policy.plan(source, Timelines.after(stored, plan)).steps().isEmpty(), "does not rest afterwards");
        } catch (AssertionError e) {
            throw new AssertionError(
                    policy + ": here " + source.snapshots() + " and bookmarks " + source.bookmarks() + ", stored "
                            + stored.stream().map(StoredBackup::id).toList() + ", plan " + Timelines.text(plan),
                    e);
        }
    }

    private static void requirePossible(SendStep step, Source source, Repository repository) {
        require(source.snapshots().contains(step.snapshot()), "sends what is not here");
        require(source.snapshots().containsAll(step.between()), "packs what is not here");
        require(!repository.edges.contains(Repository.edge(step)), "stores something twice");
        require(step.base().isPresent() != (step.kind() == Kind.FULL), "a full stream has a base, or another has none");
        if (step.base().isEmpty()) {
            return;
        }
        Base base = step.base().get();
        require(repository.ends.contains(base.id().guid()), "builds on what no restore ends at");
        require(Source.order().compare(base.id(), step.snapshot()) < 0, "builds on what is younger");
        if (base.bookmark().isPresent()) {
            require(
                    source.bookmarks().contains(new Bookmarked(base.bookmark().get(), base.id())),
                    "has no such bookmark");
            require(step.kind() != Kind.PACKAGE, "packs from a bookmark");
        } else {
            require(
                    source.snapshots().stream()
                            .anyMatch(id -> id.guid() == base.id().guid()),
                    "has no such base");
        }
    }

    private static void requireComplete(Policy policy, Source source, List<StoredBackup> stored, Repository after) {
        Repository before = new Repository(stored);
        boolean anyBase = source.snapshots().stream().anyMatch(id -> before.ends.contains(id.guid()))
                || source.bookmarks().stream()
                        .anyMatch(mark -> before.ends.contains(mark.id().guid()));
        boolean newestAlone = policy.equals(new Forever(true)) && !anyBase;
        List<SnapshotId> newer = source.snapshots().stream()
                .filter(id -> newerThanAllCommon(id, source, before))
                .toList();
        for (SnapshotId id : newestAlone && !newer.isEmpty() ? newer.subList(newer.size() - 1, newer.size()) : newer) {
            require(after.reached.contains(id.guid()), "@" + id.name() + " can't be restored afterwards");
        }
    }

    private static boolean newerThanAllCommon(SnapshotId id, Source source, Repository before) {
        return source.snapshots().stream()
                        .filter(each -> before.ends.contains(each.guid()))
                        .allMatch(each -> Source.order().compare(each, id) < 0)
                && source.bookmarks().stream()
                        .filter(each -> before.ends.contains(each.id().guid()))
                        .allMatch(each -> Source.order().compare(each.id(), id) < 0);
    }

    /** AssertJ's assertions would cost more here than all that is asserted. */
    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    /** What can be restored, found in the plainest way there is. */
    private static final class Repository {
        /** A stored stream: where it starts, 0 for a full one, and where it leads. */
        private record Edge(long from, List<Long> between, long to) {}

        private final Set<Edge> edges = new HashSet<>();
        private final Set<Long> ends = new HashSet<>();
        private final Set<Long> reached = new HashSet<>();

        Repository(List<StoredBackup> stored) {
            for (StoredBackup backup : stored) {
                edges.add(new Edge(
                        backup.base().map(SnapshotId::guid).orElse(0L),
                        guids(backup.between()),
                        backup.snapshot().guid()));
            }
            follow();
        }

        static Edge edge(SendStep step) {
            return new Edge(
                    step.base().map(base -> base.id().guid()).orElse(0L),
                    guids(step.between()),
                    step.snapshot().guid());
        }

        void store(SendStep step) {
            edges.add(edge(step));
            follow();
        }

        private void follow() {
            boolean more = true;
            while (more) {
                more = false;
                for (Edge edge : edges) {
                    if (edge.from() == 0 || ends.contains(edge.from())) {
                        more |= ends.add(edge.to());
                        reached.add(edge.to());
                        reached.addAll(edge.between());
                    }
                }
            }
        }

        private static List<Long> guids(List<SnapshotId> snapshots) {
            return snapshots.stream().map(SnapshotId::guid).toList();
        }
    }
}
