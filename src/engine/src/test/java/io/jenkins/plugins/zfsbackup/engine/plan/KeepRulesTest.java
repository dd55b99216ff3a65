package io.jenkins.plugins.zfsbackup.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeepRulesTest {

    /** Two Mondays are among them: 24 June and 1 July 2019. */
    private static final String DAYS =
            "2019-05-30 2019-06-10 2019-06-11 2019-06-24 2019-06-25 2019-06-30 2019-07-01 2019-07-02";

    private final Timelines t = new Timelines(DAYS);

    private String kept(String rules) throws UsageException {
        return kept(t, DAYS, rules);
    }

    private static String kept(Timelines timelines, String names, String rules) throws UsageException {
        List<SnapshotId> all =
                Arrays.stream(names.split(" ")).map(timelines::id).toList();
        List<SnapshotId> expired = KeepRules.parse(rules).expired(all);
        return all.stream()
                .filter(id -> !expired.contains(id))
                .map(id -> id.name().replace("2019-", ""))
                .collect(Collectors.joining(" "));
    }

    @Test
    void keepsTheLast() throws UsageException {
        assertThat(kept("last=3")).isEqualTo("06-30 07-01 07-02");
        assertThat(kept("last=100")).isEqualTo(DAYS.replace("2019-", ""));
    }

    @Test
    void keepsThePeriodsFirstsAndTheNewest() throws UsageException {
        assertThat(kept("monthly=2")).isEqualTo("06-10 07-01 07-02");
        assertThat(kept("weekly=3")).isEqualTo("06-10 06-24 07-01 07-02");
        assertThat(kept("yearly=1")).isEqualTo("05-30 07-02");
        assertThat(kept("daily=2")).isEqualTo("07-01 07-02");
    }

    @Test
    void countsOnlyPeriodsThatHaveAny() throws UsageException {
        assertThat(kept("weekly=4")).isEqualTo("05-30 06-10 06-24 07-01 07-02");
    }

    @Test
    void keepsWhatAnyRuleKeeps() throws UsageException {
        assertThat(kept("last=2, monthly=3,weekly=2")).isEqualTo("05-30 06-10 06-24 07-01 07-02");
    }

    @Test
    void countsAnAgeFromTheNewestAndNotFromToday() throws UsageException {
        assertThat(kept("within=7d")).isEqualTo("06-25 06-30 07-01 07-02");
        assertThat(kept("within=24h")).isEqualTo("07-01 07-02");
        assertThat(kept("within=1w")).isEqualTo(kept("within=7d"));
    }

    @Test
    void goesByTheOrderInWhichTheyWereMadeAndNotByTheClock() throws UsageException {
        String names = "2019-06-10 2019-07-01 1970-01-01 2019-07-03";

        assertThat(kept(new Timelines(names), names, "last=2")).isEqualTo("1970-01-01 07-03");
        assertThat(kept(new Timelines(names), names, "monthly=2")).isEqualTo("06-10 07-01 07-03");
    }

    @Test
    void neverExpiresTheNewestAndExpiresNothingOfNothing() throws UsageException {
        for (String rules :
                List.of("last=1", "hourly=1", "daily=1", "weekly=1", "monthly=1", "yearly=1", "within=1h")) {
            assertThat(kept(rules)).as(rules).contains("07-02");
            assertThat(KeepRules.parse(rules).expired(List.of())).isEmpty();
        }
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
        for (String rules : List.of(
                "",
                "7",
                "last",
                "last=0",
                "last=-1",
                "daily=7,",
                "within=30",
                "within=0d",
                "fortnightly=2",
                "last=1,last=2")) {
            assertThatThrownBy(() -> KeepRules.parse(rules))
                    .as(rules)
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("last=7,daily=14");
        }
    }

    private String expired(String own, String here, String stored, Policy policy, String rules) throws UsageException {
        Set<Long> guids =
                Arrays.stream(own.split(" ")).map(name -> t.id(name).guid()).collect(Collectors.toSet());
        return new SnapshotRetention(KeepRules.parse(rules), policy)
                .expired(t.here(here), guids, t.stored(stored)).stream()
                        .map(id -> id.name().replace("2019-", ""))
                        .collect(Collectors.joining(" "));
    }

    @Test
    void expiresOnlyItsOwnSnapshotsThatAreStoredAndThatNoChainStartsFrom() throws UsageException {
        String three = "2019-06-24 2019-06-25 2019-06-30";
        Policy forever = new Forever(false);
        Policy monthly = new Monthly(false);

        assertThat(expired(DAYS, three, "2019-06-24 2019-06-24>2019-06-25 2019-06-25>2019-06-30", forever, "last=1"))
                .isEqualTo("06-24 06-25");
        assertThat(expired(
                        "2019-06-25",
                        three,
                        "2019-06-24 2019-06-24>2019-06-25 2019-06-25>2019-06-30",
                        forever,
                        "last=1"))
                .isEmpty();
        assertThat(expired(
                        "2019-06-24 2019-06-30",
                        three,
                        "2019-06-24 2019-06-24>2019-06-25 2019-06-25>2019-06-30",
                        forever,
                        "last=1"))
                .isEqualTo("06-24");
        // The month's first is what the next month's first starts from.
        assertThat(expired(DAYS, three, "2019-06-24 2019-06-24>2019-06-25 2019-06-25>2019-06-30", monthly, "last=1"))
                .isEqualTo("06-25");
        // The 25th and 30th are still to be sent, and the 24th is where that starts.
        assertThat(expired(DAYS, three, "2019-06-24", forever, "last=1")).isEmpty();
        assertThat(expired(DAYS, three, "", forever, "last=1")).isEmpty();
    }

    @Test
    void keepsWhatTheRepositoryCanNotGiveBackByItself() throws UsageException {
        String three = "2019-06-24 2019-06-25 2019-06-30";
        Policy packed = new Forever(true);

        // The first package began with the newest: the others went nowhere.
        assertThat(expired(DAYS, three, "2019-06-30", packed, "last=1")).isEmpty();
        assertThat(expired(DAYS, three, "2019-06-24 2019-06-24>2019-06-25>2019-06-30", packed, "last=1"))
                .isEqualTo("06-24 06-25");
        // The full backup has gone from the repository, the newest is there in full as well.
        assertThat(expired(DAYS, three, "2019-06-24>2019-06-25 2019-06-30", packed, "last=1"))
                .isEmpty();
    }

    @Test
    void keepsWhatOnlyAnOldScriptsFileLeadsTo() throws UsageException {
        List<StoredBackup> stored = new ArrayList<>(t.stored("2019-06-24>2019-06-25 2019-06-25>2019-06-30"));
        SnapshotRetention retention = new SnapshotRetention(KeepRules.parse("last=1"), new Forever(false));
        Set<Long> own =
                Arrays.stream(DAYS.split(" ")).map(day -> t.id(day).guid()).collect(Collectors.toSet());
        stored.add(full("2019-06-24", Layout.MEMBER_GZIP));
        assertThat(retention.expired(t.here(DAYS), own, stored)).isEmpty();
        stored.add(full("2019-06-24", Layout.NATIVE));
        assertThat(retention.expired(t.here(DAYS), own, stored)).isNotEmpty();
    }

    private StoredBackup full(String day, Layout layout) {
        return new StoredBackup(
                day + ".full", Kind.FULL, t.id(day), Optional.empty(), List.of(), 100, 100, 1, layout, 0, 0);
    }

    /**
     * Whatever was taken and has expired meanwhile: what is sent day by day is what is sent with all snapshots kept.
     */
    @Test
    void neverTakesAwayWhatAnyPolicyStillNeeds() throws UsageException {
        String days = LocalDate.parse("2019-05-20")
                .datesUntil(LocalDate.parse("2019-09-10"))
                .map(LocalDate::toString)
                .collect(Collectors.joining(" "));
        Timelines summer = new Timelines(days);
        Set<Long> own =
                Arrays.stream(days.split(" ")).map(day -> summer.id(day).guid()).collect(Collectors.toSet());
        for (String name : List.of("forever", "monthly", "levels:month/week/day", "full-every:30d")) {
            Policy policy = Policies.parse(name, false, false);
            SnapshotRetention retention = new SnapshotRetention(KeepRules.parse("last=2"), policy);
            List<StoredBackup> all = policy.plan(summer.here(days), List.of()).after(List.of());
            List<StoredBackup> stored = List.of();
            List<String> here = new ArrayList<>();
            List<String> timeline = List.of(days.split(" "));
            for (int day : IntStream.range(0, timeline.size()).toArray()) {
                here.add(timeline.get(day));
                if (day % 5 != 0 && day < timeline.size() - 1) {
                    // Out of reach.
                    continue;
                }
                stored =
                        policy.plan(summer.here(String.join(" ", here)), stored).after(stored);
                for (SnapshotId gone : retention.expired(summer.here(String.join(" ", here)), own, stored)) {
                    here.remove(gone.name());
                }
            }
            assertThat(stored).as(name).isEqualTo(all);
            assertThat(here).as(name).hasSizeLessThan(7);
        }
    }
}
