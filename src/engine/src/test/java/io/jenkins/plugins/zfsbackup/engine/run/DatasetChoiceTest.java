package io.jenkins.plugins.zfsbackup.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.NotChosen;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.NotChosen.Reason;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetPattern;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatasetChoiceTest {

    /** Of the pool tank; those with a minus are not enabled. */
    private static final List<Dataset> POOL = Stream.of(
                    "tank",
                    "tank/elabfs-Anna",
                    "tank/elabfs-Anna/raw",
                    "tank/elabfs-Lukas",
                    "tank/home",
                    "tank/home/a",
                    "tank/home/a/b",
                    "-tank/off")
            .map(DatasetChoiceTest::dataset)
            .toList();

    private static Dataset dataset(String name) {
        boolean off = name.startsWith("-");
        return dataset(off ? name.substring(1) : name, !off, false);
    }

    private static Dataset dataset(String name, boolean enabled, boolean restored) {
        return new Dataset(
                new DatasetName(name),
                DatasetType.FILESYSTEM,
                1,
                Optional.empty(),
                enabled,
                restored,
                false,
                List.of(),
                List.of(),
                0);
    }

    private static DatasetChoice choice(List<String> include, List<String> exclude) {
        return DatasetChoice.of(new DatasetFilter(include, exclude), POOL);
    }

    private static List<String> chosen(DatasetChoice choice) {
        return choice.chosen().stream().map(each -> each.name().belowPool()).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "elabfs-*, elabfs-Lukas, true",
        "elabfs-*, elabfs-Lukas/deep, true",
        "elabfs-*, elabfs-Lukas/deep/er, true",
        "elabfs-*/, elabfs-Lukas, true",
        "elabfs-*/, elabfs-Lukas/deep, false",
        "elabfs-*/raw, elabfs-Lukas/raw, true",
        "elabfs-*/raw, elabfs-Lukas/raw/x, true",
        "elabfs-*/raw/, elabfs-Lukas/raw/x, false",
        "elabfs-*/raw, elabfs-Lukas, false",
        "home, home/a/b, true",
        "home, home2, false",
        "home/**, home/a/b, true",
        "home/**, home, false",
        "home/*/, home/a, true",
        "home/*/, home/a/b, false",
        "**, any/thing, true",
        "**, ., true",
        "*, any/thing, true",
        "*/, any/thing, false",
        "., ., true",
        "., any, false",
        "./, ., true",
        ".*, .x, true",
        "a.c, abc, false",
        "a?c, abc, true",
        "a[bc], a[bc], true",
        "/, a, false",
        "'', a, false",
    })
    void aPatternCoversWhatItMatchesAndAllBelowUnlessItEndsWithASlash(String glob, String name, boolean expected) {
        assertThat(DatasetPattern.parse(glob).covers(name)).isEqualTo(expected);
    }

    @Test
    void withoutPatternsEverythingEnabledIsChosen() {
        DatasetChoice choice = choice(List.of(), List.of());

        assertThat(chosen(choice)).hasSize(7).contains(".", "home/a/b").doesNotContain("off");
        assertThat(choice.notChosen()).containsExactly(new NotChosen("tank/off", Reason.DISABLED));
        assertThat(choice.line("tank"))
                .isEqualTo("tank: 7 of 8 datasets chosen; not chosen: off (zfsbackup:enabled=false)");
    }

    @Test
    void aCopyThatARestoreHasMadeIsNotChosenUnlessSomebodyWantsIt() {
        DatasetChoice choice = DatasetChoice.of(
                new DatasetFilter(List.of(), List.of()),
                List.of(
                        dataset("tank/home", true, false),
                        dataset("tank/back", true, true),
                        dataset("tank/off", false, true)));

        assertThat(chosen(choice)).containsExactly("home");
        assertThat(choice.notChosen())
                .containsExactly(
                        new NotChosen("tank/back", Reason.RESTORED), new NotChosen("tank/off", Reason.DISABLED));
        assertThat(choice.line("tank"))
                .isEqualTo("tank: 1 of 3 datasets chosen; not chosen: back (a restored copy, see zfsbackup:restored),"
                        + " off (zfsbackup:enabled=false)");
    }

    @Test
    void whatIsNotChosenHasAReason() {
        DatasetChoice choice = choice(List.of("elabfs-*", "home", "off"), List.of("home/a", "elabfs-Lukas"));

        assertThat(chosen(choice)).containsExactly("elabfs-Anna", "elabfs-Anna/raw", "home");
        assertThat(choice.notChosen())
                .containsExactly(
                        new NotChosen("tank", Reason.NOT_INCLUDED),
                        new NotChosen("tank/elabfs-Lukas", Reason.EXCLUDED),
                        new NotChosen("tank/home/a", Reason.EXCLUDED),
                        new NotChosen("tank/home/a/b", Reason.EXCLUDED),
                        new NotChosen("tank/off", Reason.DISABLED));
        assertThat(choice.includesWithoutMatch()).isEmpty();
        assertThat(choice.excludesWithoutMatch()).isEmpty();
    }

    @Test
    void aDatasetAloneIsChosenByASlash() {
        assertThat(chosen(choice(List.of("elabfs-*/"), List.of()))).containsExactly("elabfs-Anna", "elabfs-Lukas");
        assertThat(chosen(choice(List.of("home"), List.of("home/a/")))).containsExactly("home", "home/a/b");
    }

    @Test
    void patternsThatMatchNothingAreNamed() {
        DatasetChoice choice = choice(List.of("nix-*", "home", "tank/home"), List.of("scratch/**", "home/a"));

        assertThat(chosen(choice)).containsExactly("home");
        assertThat(choice.includesWithoutMatch()).containsExactly("nix-*", "tank/home");
        assertThat(choice.excludesWithoutMatch()).containsExactly("scratch/**");
        assertThat(choice.failure("tank").orElseThrow())
                .contains("'nix-*'", "'tank/home'", "below the pool", "elabfs-Anna");
    }

    @Test
    void aPatternThatMatchesOnlyWhatIsNotEnabledHasMatched() {
        DatasetChoice choice = choice(List.of("off"), List.of());

        assertThat(choice.chosen()).isEmpty();
        assertThat(choice.includesWithoutMatch()).isEmpty();
        assertThat(choice.failure("tank").orElseThrow())
                .contains("no dataset of tank is chosen", "off (zfsbackup:enabled=false)");
    }

    @Test
    void longListsAreCut() {
        List<Dataset> many = Stream.iterate(1, i -> i + 1)
                .limit(3000)
                .map(i -> dataset("tank/d" + i))
                .toList();

        DatasetChoice choice = DatasetChoice.of(new DatasetFilter(List.of("d1/", "x"), List.of()), many);

        assertThat(choice.line("tank")).hasSizeLessThan(300).contains("1 of 3000", "and 2989 more");
        assertThat(choice.failure("tank").orElseThrow()).hasSizeLessThan(400);
        assertThat(choice.notChosen()).hasSize(2999);
    }
}
