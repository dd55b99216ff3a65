package io.jenkins.plugins.zfsbackup.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.protocol.PolicyName;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PoliciesTest {

    private static final String SUMMER = "2019-06-10 2019-06-20 2019-07-02 2019-07-03 2019-09-05 2019-09-06 2019-10-01";

    private final Timelines t = new Timelines(SUMMER);
    private final Policy monthly = new Monthly(false);

    private String plan(Policy policy, String here, String stored) {
        return Timelines.text(policy.plan(t.here(here), t.stored(stored))).replace("2019-", "");
    }

    @Test
    void monthlySendsAMonthsFirstInFullAndFromTheLastMonthsFirst() {
        assertThat(plan(monthly, SUMMER, ""))
                .isEqualTo("06-10 06-10>06-20 07-02 06-10>07-02 07-02>07-03 09-05 07-02>09-05 09-05>09-06 10-01"
                        + " 09-05>10-01");
    }

    @Test
    void monthlyDoesTheSameOneSnapshotAtATime() {
        List<StoredBackup> stored = new ArrayList<>();
        StringBuilder sent = new StringBuilder();
        StringBuilder here = new StringBuilder();
        for (String day : SUMMER.split(" ")) {
            here.append(here.isEmpty() ? "" : " ").append(day);
            SendPlan plan = monthly.plan(t.here(here.toString()), stored);
            sent.append(sent.isEmpty() ? "" : " ").append(Timelines.text(plan));
            stored = Timelines.after(stored, plan);
        }
        assertThat(sent.toString().replace("2019-", "")).isEqualTo(plan(monthly, SUMMER, ""));
    }

    @Test
    void monthlySendsTheBridgeThatARunDidNotGetTo() {
        assertThat(plan(monthly, "2019-06-10 2019-06-20 2019-07-02", "2019-06-10 2019-06-10>2019-06-20 2019-07-02"))
                .isEqualTo("06-10>07-02");
    }

    @Test
    void monthlyTakesTheNearestOlderBaseWhenTheMonthsFirstIsGoneAndSaysSo() {
        SendPlan plan = monthly.plan(
                t.here("2019-06-10 2019-07-03 2019-09-05"),
                t.stored("2019-06-10 2019-07-02 2019-06-10>2019-07-02 2019-07-02>2019-07-03"));

        assertThat(Timelines.text(plan)).isEqualTo("2019-09-05 2019-06-10>2019-09-05");
        assertThat(plan.notes()).anyMatch(note -> note.contains("@2019-07-02") && note.contains("@2019-06-10"));
    }

    @Test
    void monthlyKeepsTheNewestAndTheMonthsFirst() {
        assertThat(monthly.futureBases(t.stored("2019-06-10 2019-07-02 2019-07-02>2019-07-03")))
                .containsExactlyInAnyOrder(
                        t.id("2019-07-02").guid(), t.id("2019-07-03").guid());
    }

    @Test
    void monthlyByNameGoesByTheDateInTheName() {
        Timelines named = new Timelines("home-20190131 home-20190201 home-20190202");

        SendPlan byName = new Monthly(true).plan(named.here("home-20190131 home-20190201 home-20190202"), List.of());
        SendPlan byCreation =
                new Monthly(false).plan(named.here("home-20190131 home-20190201 home-20190202"), List.of());

        assertThat(Timelines.text(byName))
                .isEqualTo("home-20190131 home-20190201 home-20190131>home-20190201 home-20190201>home-20190202");
        assertThat(Timelines.text(byCreation))
                .isEqualTo("home-20190131 home-20190131>home-20190201 home-20190201>home-20190202");
    }

    @Test
    void aNameWithoutADateGoesByItsCreation() {
        // As Timelines makes them: on 2 January, and a day later each.
        Timelines named = new Timelines("build-20193901 auto-20190201.0200-1w");

        SendPlan plan = new Monthly(true).plan(named.here("build-20193901 auto-20190201.0200-1w"), List.of());

        assertThat(Timelines.text(plan))
                .isEqualTo("build-20193901 auto-20190201.0200-1w build-20193901>auto-20190201.0200-1w");
        assertThat(new Monthly(true)
                        .plan(new Timelines("20193901 x").here("20193901 x"), List.of())
                        .steps())
                .extracting(SendStep::kind)
                .containsExactly(Kind.FULL, Kind.INCREMENTAL);
    }

    @Test
    void aClockThatJumpsBackBeginsNoMonthAndNoPeriod() {
        String days = "2019-06-29 2019-06-30 2019-07-01 1970-01-01 1970-01-02 2019-06-28 2019-07-02 2019-07-03";
        Timelines jumping = new Timelines(days);
        String chain = "2019-06-29 2019-06-29>2019-06-30 2019-07-01 2019-06-29>2019-07-01 2019-07-01>1970-01-01"
                + " 1970-01-01>1970-01-02 1970-01-02>2019-06-28 2019-06-28>2019-07-02 2019-07-02>2019-07-03";

        assertThat(Timelines.text(monthly.plan(jumping.here(days), List.of()))).isEqualTo(chain);
        assertThat(Timelines.text(new Levels(List.of(Period.MONTH)).plan(jumping.here(days), List.of())))
                .isEqualTo(chain.replaceFirst(" 2019-07-01 ", " "));
    }

    @Test
    void everyPolicySendsTheSameInOneRunAsDayByDay() throws UsageException {
        String days = LocalDate.parse("2019-05-20")
                .datesUntil(LocalDate.parse("2020-03-10"))
                .filter(day -> day.toEpochDay() % 7 != 2)
                .map(LocalDate::toString)
                .collect(Collectors.joining(" "));
        Timelines year = new Timelines(days);
        for (String name :
                List.of("forever", "monthly", "levels:year/month/week/day", "levels:week", "full-every:30d")) {
            Policy policy = Policies.parse(name, false, false);
            List<StoredBackup> stored = List.of();
            List<String> here = new ArrayList<>();
            for (String day : days.split(" ")) {
                here.add(day);
                stored = Timelines.after(stored, policy.plan(year.here(String.join(" ", here)), stored));
            }
            List<StoredBackup> atOnce = Timelines.after(List.of(), policy.plan(year.here(days), List.of()));
            assertThat(stored).as(name).isEqualTo(atOnce);
        }
    }

    /** As far as marks go: what a policy says that it will need is all that it does need. */
    @Test
    void everyPolicyNeedsOnlyTheBasesThatItAskedToKeep() throws UsageException {
        String days = LocalDate.parse("2019-05-20")
                .datesUntil(LocalDate.parse("2019-09-10"))
                .map(LocalDate::toString)
                .collect(Collectors.joining(" "));
        Timelines summer = new Timelines(days);
        for (String name :
                List.of("forever", "monthly", "levels:month/week/day", "levels:year/week", "full-every:30d")) {
            Policy policy = Policies.parse(name, false, false);
            List<StoredBackup> all = Timelines.after(List.of(), policy.plan(summer.here(days), List.of()));
            List<StoredBackup> stored = List.of();
            for (String day : days.split(" ")) {
                List<String> here = new ArrayList<>(keptNames(policy.futureBases(stored), summer, days));
                here.add(day);
                SendPlan plan = policy.plan(summer.here(String.join(" ", here)), stored);
                assertThat(plan.notes()).as(name + " on " + day).isEmpty();
                stored = Timelines.after(stored, plan);
            }
            assertThat(stored).as(name).isEqualTo(all);
        }
    }

    private static List<String> keptNames(Set<Long> guids, Timelines timelines, String names) {
        return Arrays.stream(names.split(" "))
                .filter(name -> guids.contains(timelines.id(name).guid()))
                .toList();
    }

    @Test
    void levelsGoMonthByMonthThenWeekByWeekThenDayByDay() {
        // 1 July 2019 was a Monday.
        String days = "2019-07-01 2019-07-02 2019-07-03 2019-07-08 2019-07-09 2019-07-15 2019-07-16 2019-08-01"
                + " 2019-08-02 2019-08-05";
        Timelines july = new Timelines(days);
        Policy levels = new Levels(List.of(Period.MONTH, Period.WEEK, Period.DAY));

        assertThat(Timelines.text(levels.plan(july.here(days), List.of())).replace("2019-", ""))
                .isEqualTo("07-01 07-01>07-02 07-02>07-03 07-01>07-08 07-08>07-09 07-08>07-15 07-15>07-16"
                        + " 07-01>08-01 08-01>08-02 08-01>08-05");
    }

    @Test
    void fullEverySendsInFullWhenTheLastFullIsOldEnough() {
        assertThat(plan(new FullEvery(Duration.ofDays(30)), SUMMER, ""))
                .isEqualTo("06-10 06-10>06-20 06-20>07-02 07-02>07-03 09-05 09-05>09-06 09-06>10-01");
    }

    @Test
    void whateverIsStoredEveryPolicyMakesTheNewestRestorableAndThenRests() throws UsageException {
        String[] all = SUMMER.split(" ");
        for (String name : List.of("forever", "monthly", "levels:month/week/day", "levels:year", "full-every:30d")) {
            Policy policy = Policies.parse(name, false, false);
            for (int gone = 0; gone < 1 << all.length; gone++) {
                int missing = gone;
                String here = java.util.stream.IntStream.range(0, all.length)
                        .filter(i -> (missing >> i & 1) == 0)
                        .mapToObj(i -> all[i])
                        .collect(Collectors.joining(" "));
                List<StoredBackup> stored = t.stored("2019-06-10 2019-06-10>2019-06-20 2019-06-20>2019-07-02");
                SendPlan plan = policy.plan(t.here(here), stored);
                List<StoredBackup> after = Timelines.after(stored, plan);
                RestorePaths paths = new RestorePaths(after);
                String what = name + " with " + here + ": " + Timelines.text(plan);
                assertThat(plan.steps())
                        .as(what)
                        .allMatch(step -> paths.chain(step.snapshot().guid()).isPresent());
                assertThat(t.here(here).snapshots().stream()
                                .filter(id ->
                                        id.createtxg() > t.id("2019-07-02").createtxg()))
                        .as(what)
                        .allMatch(id -> paths.restorable(id.guid()).isPresent());
                assertThat(policy.plan(t.here(here), after).steps())
                        .as("again: " + what)
                        .isEmpty();
            }
        }
    }

    @Test
    void unknownNamesAreRefusedWithThoseThatThereAre() {
        for (String name : List.of(
                "", "weekly", "levels:", "levels:week/month", "levels:decade", "full-every:0d", "full-every:x")) {
            assertThatThrownBy(() -> Policies.parse(name, false, false))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("forever, monthly");
        }
        assertThatThrownBy(() -> Policies.parse("monthly", true, false)).hasMessageContaining("packed");
    }

    @Test
    void levelsKnowEveryPeriodThatHasAName() {
        assertThat(Arrays.stream(Period.values()).map(each -> each.name().toLowerCase(Locale.ROOT)))
                .containsExactlyElementsOf(PolicyName.PERIODS);
    }
}
