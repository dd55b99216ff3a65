package io.jenkins.plugins.zfsbackup.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.plan.PolicyYear.Figures;
import io.jenkins.plugins.zfsbackup.engine.plan.PolicyYear.Model;
import io.jenkins.plugins.zfsbackup.engine.plan.PolicyYear.Schedule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * The figures of docs/policies.md are those of {@link PolicyYear}; the page names the command that writes them again.
 */
class PolicyFiguresTest {

    private static final Path PAGE = Path.of("../../docs/policies.md");
    private static final String BEGIN = "<!-- figures: written by PolicyFiguresTest -->\n";
    private static final String END = "<!-- end of figures -->\n";

    private record Named(String name, boolean packed) {
        String text() {
            return "`" + name + (packed ? " --packed" : "") + "`";
        }

        Policy policy() throws Exception {
            return Policies.parse(name, packed, false);
        }
    }

    private static final List<Named> POLICIES = List.of(
            new Named("forever", false),
            new Named("forever", true),
            new Named("monthly", false),
            new Named("levels:month/week/day", false),
            new Named("full-every:30d", false));

    @Test
    void thePageHasTheFiguresOfTheSimulation() throws Exception {
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        int to = page.indexOf(END);
        String figures = figures();
        if (Boolean.getBoolean("policies.rewrite")) {
            Files.writeString(PAGE, page.substring(0, from) + figures + page.substring(to));
            return;
        }

        assertThat(page.substring(from, to)).isEqualTo(figures);
    }

    private static String figures() throws Exception {
        StringBuilder text = new StringBuilder("\n" + model(Model.OF_THE_PAGE));
        for (Schedule schedule : Schedule.values()) {
            text.append("\n")
                    .append(schedule == Schedule.DAILY ? "A snapshot a day" : "A snapshot an hour")
                    .append(", sent each night; pruned with `")
                    .append(schedule.keep)
                    .append("`:\n\n")
                    .append("| Policy | Backups | GiB | Backups after pruning | GiB after pruning"
                            + " | Backups per restore, mean | Backups per restore, most"
                            + " | GiB per restore, most |\n")
                    .append("|---|---:|---:|---:|---:|---:|---:|---:|\n");
            for (Named each : POLICIES) {
                Figures f = new PolicyYear(Model.OF_THE_PAGE, each.policy(), schedule).run();
                text.append(format(
                        "| %s | %d | %.0f | %d | %.0f | %.1f | %d | %.0f |\n",
                        each.text(),
                        f.backups(),
                        f.gib(),
                        f.thinned(),
                        f.thinnedGib(),
                        f.meanFiles(),
                        f.mostFiles(),
                        f.mostGib()));
            }
        }
        return text.append("\n").toString();
    }

    private static String model(Model model) {
        List<String> spans = new ArrayList<>();
        for (int days : List.of(1, 7, 30)) {
            spans.add(format(
                    "%.1f GiB over %d %s", model.incremental(Duration.ofDays(days)), days, days == 1 ? "day" : "days"));
        }
        return format(
                "The dataset has %.0f GiB. Each day %.1f GiB are written: %.1f GiB to random places in a hot part of"
                        + " %.0f GiB, and the rest\n"
                        + "to random places in the other %.0f GiB. An incremental stream has each changed block once:\n"
                        + "%s;\n"
                        + "thirty daily streams together have %.1f GiB. All sizes are those of the streams before"
                        + " compression.\n",
                model.full(),
                model.hotPerDay() + model.coldPerDay(),
                model.hotPerDay(),
                model.hot(),
                model.cold(),
                String.join(", ", spans),
                30 * model.incremental(Duration.ofDays(1)));
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    @Test
    void aStreamOverAMonthIsLessThanItsDaysTogetherAndNeverMoreThanAll() {
        Model model = Model.OF_THE_PAGE;

        assertThat(model.incremental(Duration.ZERO)).isZero();
        assertThat(model.incremental(Duration.ofDays(30))).isLessThan(30 * model.incremental(Duration.ofDays(1)));
        assertThat(model.incremental(Duration.ofDays(30))).isGreaterThan(model.incremental(Duration.ofDays(29)));
        assertThat(model.incremental(Duration.ofDays(100_000))).isLessThanOrEqualTo(model.full());
    }

    @Test
    void countsAYearOfForeverAsItCanBeCountedByHand() throws Exception {
        Model even = new Model(10, 0, 90, 0);

        Figures f = new PolicyYear(even, new Forever(false), Schedule.DAILY).run();

        assertThat(f).isEqualTo(new Figures(365, 100, 365, 100, 183, 365, 100));
    }
}
