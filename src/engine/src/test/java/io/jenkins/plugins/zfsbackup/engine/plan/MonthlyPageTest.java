package io.jenkins.plugins.zfsbackup.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of docs/monthly.md, day by day: the page and the policy can't drift apart. */
class MonthlyPageTest {

    private static final Path PAGE = Path.of("../../docs/monthly.md");
    private static final String YEAR = "2014-";

    /**
     * A row.
     *
     * @param day {@code 06-10}
     * @param notebook home, away from the server, or off
     * @param destroyed {@code 06-11} or {@code 06-11 to 06-29}; empty for none
     * @param stored {@code 06-11.from.06-10}, in order
     */
    private record Day(String day, String notebook, String destroyed, List<String> stored) {

        static Day parse(String row) {
            String[] cells = row.split("\\|", -1);
            List<String> stored = Arrays.stream(cells[4].replace("`", "").split(","))
                    .map(String::strip)
                    .filter(text -> !text.isEmpty())
                    .toList();
            return new Day(cells[1].strip(), cells[2].strip(), cells[3].strip(), stored);
        }

        boolean destroys(String snapshot) {
            String[] ends = destroyed.split(" to ");
            return !destroyed.isEmpty()
                    && snapshot.compareTo(YEAR + ends[0]) >= 0
                    && snapshot.compareTo(YEAR + ends[ends.length - 1]) <= 0;
        }
    }

    private static List<List<Day>> tables() throws IOException {
        List<List<Day>> tables = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("| Day |")) {
                tables.add(new ArrayList<>());
            } else if (line.matches("\\| \\d\\d-\\d\\d \\|.*")) {
                tables.get(tables.size() - 1).add(Day.parse(line));
            }
        }
        return tables;
    }

    @Test
    void storesOnEachDayWhatThePageSays() throws IOException {
        List<List<Day>> tables = tables();
        assertThat(tables).hasSize(2);
        assertThat(tables.get(0)).hasSize(93);
        for (boolean byName : new boolean[] {true, false}) {
            assertThat(follow(tables.get(0), new Monthly(byName)))
                    .satisfiesExactly(
                            august -> assertThat(august).startsWith("08-15: ").contains("@2014-08-14", "@2014-08-13"),
                            september ->
                                    assertThat(september).startsWith("09-01: ").contains("@2014-08-01", "@2014-07-31"));
            assertThat(follow(tables.get(1), new Monthly(byName))).isEmpty();
        }
    }

    /** What the plans say on the way. */
    private static List<String> follow(List<Day> days, Policy monthly) {
        List<String> said = new ArrayList<>();
        Timelines t = new Timelines(days.stream().map(day -> YEAR + day.day()).collect(Collectors.joining(" ")));
        List<String> here = new ArrayList<>();
        List<StoredBackup> stored = List.of();
        for (Day day : days) {
            here.removeIf(day::destroys);
            if (!day.notebook().equals("off")) {
                here.add(YEAR + day.day());
            }
            if (!day.notebook().equals("home")) {
                assertThat(day.stored()).as(day.day()).isEmpty();
                continue;
            }
            SendPlan plan = monthly.plan(t.here(String.join(" ", here)), stored);
            stored = Timelines.after(stored, plan);
            assertThat(plan.steps().stream().map(MonthlyPageTest::name).toList())
                    .as(day.day())
                    .isEqualTo(day.stored());
            plan.notes().forEach(note -> said.add(day.day() + ": " + note));
        }
        return said;
    }

    private static String name(SendStep step) {
        return (step.snapshot().name()
                        + step.base().map(base -> ".from." + base.id().name()).orElse(".full"))
                .replace(YEAR, "");
    }

    @Test
    void whatMayGoLaterLeavesTheMonthsFirstsRestorable() {
        Timelines t = new Timelines("2014-06-10 2014-07-03 2014-08-01 2014-09-01");
        RestorePaths paths =
                new RestorePaths(t.stored("2014-06-10 2014-06-10>2014-07-03 2014-07-03>2014-08-01 2014-09-01"));

        for (String day : List.of("2014-06-10", "2014-07-03", "2014-08-01", "2014-09-01")) {
            assertThat(paths.chain(t.id(day).guid())).as(day).isPresent();
        }
    }
}
