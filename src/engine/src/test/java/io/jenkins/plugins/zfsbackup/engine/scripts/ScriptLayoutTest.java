package io.jenkins.plugins.zfsbackup.engine.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.scripts.ScriptLayout.Reading;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptLayoutTest {

    private static final ScriptLayout FLAT = new FlatGpg();
    private static final ScriptLayout MEMBER = new MemberGzip();
    private static final DatasetName HOME = new DatasetName("base/home");
    private static final DatasetName LUKAS = new DatasetName("Datenspeicher/elabfs-LukasMetzler");

    private static final List<String> NAMES = List.of(
            "a",
            "2014-06-01",
            "auto-20190806.0200-1w",
            "with space",
            "a.full",
            "full",
            ".full",
            "a.from.b",
            "from",
            ".from.",
            "a.to.b",
            ".to.",
            "to",
            "a.to.elabfs-LukasMetzler",
            "x.zfs.gpg",
            "y.gz",
            "a.b.c",
            "a:b_c-d");

    @Test
    void namesFilesAsTheScriptsDo() throws UsageException {
        assertThat(FLAT.path(HOME, "2014-06-01", Optional.empty())).isEqualTo("home@2014-06-01.full.zfs.gpg");
        assertThat(FLAT.path(HOME, "2014-06-02", Optional.of("2014-06-01")))
                .isEqualTo("home@2014-06-02.from.2014-06-01.zfs.gpg");
        assertThat(MEMBER.path(LUKAS, "A", Optional.empty())).isEqualTo("LukasMetzler/elabfs-LukasMetzler@A.gz");
        assertThat(MEMBER.path(LUKAS, "B", Optional.of("A")))
                .isEqualTo("LukasMetzler/elabfs-LukasMetzler@A.to.elabfs-LukasMetzler@B.gz");
    }

    /** Of all pairs of odd names: what is written is read back as what it is, or is refused. */
    @Test
    void whatIsWrittenMeansOneThing() {
        int refused = 0;
        for (String snapshot : NAMES) {
            for (String base : NAMES) {
                for (Optional<String> from : List.of(Optional.<String>empty(), Optional.of(base))) {
                    refused += meansOneThing(FLAT, "", HOME, snapshot, from) ? 0 : 1;
                    assertThat(meansOneThing(MEMBER, "LukasMetzler", LUKAS, snapshot, from))
                            .isTrue();
                }
            }
        }
        assertThat(refused).isPositive();
    }

    private static boolean meansOneThing(
            ScriptLayout layout, String directory, DatasetName dataset, String snapshot, Optional<String> base) {
        try {
            String path = layout.path(dataset, snapshot, base);
            assertThat(layout.read(directory, path.substring(path.indexOf('/') + 1)))
                    .contains(new Reading.Clear(new ScriptName(layout, dataset.belowPool(), snapshot, base)));
            return true;
        } catch (UsageException e) {
            assertThat(e.getMessage()).contains(dataset.value()).contains("native layout");
            return false;
        }
    }

    @Test
    void everydayNamesAreNeverRefused() {
        for (String name : List.of("2014-06-01", "auto-20190806.0200-1w", "with space", "a.b.c", "x.full")) {
            assertThat(meansOneThing(FLAT, "", HOME, name, Optional.empty()))
                    .as(name)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "home@a.from.b.full.zfs.gpg",
                "home@a.from.b.from.c.zfs.gpg",
                "home@a.from.from.b.zfs.gpg",
                "home@a.zfs.gpg",
                "home@b@c.full.zfs.gpg",
                "home@.full.zfs.gpg",
                "home@ä.full.zfs.gpg"
            })
    void whatCanBeReadInTwoWaysOrNoneIsNotGuessed(String file) {
        assertThat(FLAT.read("", file).orElseThrow()).isInstanceOf(Reading.Unclear.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".home.partial-0123456789ab",
                ".home@a.full.zfs.gpg",
                "notes.txt",
                "home.full.zfs.gpg",
                "@a.full.zfs.gpg",
                "home@a.gz"
            })
    void otherFilesAreNobodysBackups(String file) {
        assertThat(FLAT.read("", file)).isEmpty();
        assertThat(MEMBER.read("", file)).isEmpty();
    }

    @Test
    void aMembersFilesAreThoseInTheMembersDirectory() {
        assertThat(MEMBER.read("Anna", "elabfs-LukasMetzler@A.gz")).isEmpty();
        assertThat(MEMBER.read("Anna", "elabfs-Anna@A.to.elabfs-LukasMetzler@B.gz")
                        .orElseThrow())
                .isInstanceOf(Reading.Unclear.class);
        assertThat(FLAT.read("Anna", "home@a.full.zfs.gpg")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "base/home/nested"})
    void theFlatLayoutHasNoPlaceForThePoolItselfAndForNestedDatasets(String dataset) {
        assertThatThrownBy(() -> FLAT.path(new DatasetName(dataset), "a", Optional.empty()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(dataset);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"base", "base/home", "base/elabfs-", "base/elabfs-x/y", "base/elabfs-elabfs-x", "base/elabfs-.x"
            })
    void theMembersLayoutIsForMembers(String dataset) {
        assertThatThrownBy(() -> MEMBER.path(new DatasetName(dataset), "a", Optional.empty()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(dataset);
    }

    @Test
    void aNameThatTheFileSystemWouldNotTakeIsRefused() {
        String longName = "x".repeat(120);

        assertThatThrownBy(() -> MEMBER.path(LUKAS, longName, Optional.of(longName)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("255");
    }

    @Test
    void tellsWhichNamesTheScriptsWouldStumbleOver() {
        assertThat(FLAT.caution("home@2014-06-02.from.2014-06-01.zfs.gpg")).isEmpty();
        assertThat(FLAT.caution("home@auto-20140601.0200.full.zfs.gpg")).isPresent();
        assertThat(FLAT.caution("my.home@a.full.zfs.gpg")).isPresent();
        assertThat(MEMBER.caution("elabfs-x@auto-20190806.0200-1w.gz")).isEmpty();
        assertThat(MEMBER.caution("elabfs-x@A.to.elabfs-x@B.gz")).isEmpty();
        assertThat(MEMBER.caution("elabfs-x@monday.gz")).isPresent();
        assertThat(MEMBER.caution("elabfs-x@a b.c.gz")).isPresent();
        assertThat(MEMBER.caution("elabfs-x@a.to.b.to.elabfs-x@B.gz")).isPresent();
    }
}
