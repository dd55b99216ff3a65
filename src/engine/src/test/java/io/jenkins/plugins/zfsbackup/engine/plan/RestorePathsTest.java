package io.jenkins.plugins.zfsbackup.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RestorePathsTest {

    private final Timelines t = new Timelines("a b c d e");

    private String chain(String stored, String wanted) {
        return text(new RestorePaths(t.stored(stored)).chain(t.id(wanted).guid()));
    }

    private static String text(Optional<List<StoredBackup>> chain) {
        return chain.map(list -> String.join(" ", list.stream().map(StoredBackup::id).toList())).orElse("none");
    }

    @Test
    void takesTheWayWithTheFewestBytes() {
        assertThat(chain("a=100 a>b=10 b>c=10 a>c=15 c=200", "c")).isEqualTo("a.full a>c");
        assertThat(chain("a=100 a>b=10 b>c=10 a>c=25 c=200", "c")).isEqualTo("a.full a>b b>c");
        assertThat(chain("a=100 a>b=10 b>c=10 a>c=25 c=20", "c")).isEqualTo("c.full");
    }

    @Test
    void ofTwoWaysWithTheSameBytesTakesTheOneWithFewerFiles() {
        assertThat(chain("a=100 a>b=10 b>c=10 a>c=20", "c")).isEqualTo("a.full a>c");
    }

    @Test
    void goesOnFromWhatTheTargetHas() {
        RestorePaths paths = new RestorePaths(t.stored("a a>b b>c"));

        assertThat(text(paths.chainOnto(t.id("c").guid(), t.id("a").guid()))).isEqualTo("a>b b>c");
        assertThat(text(paths.chainOnto(t.id("c").guid(), t.id("c").guid()))).isEmpty();
        assertThat(text(paths.chainOnto(t.id("a").guid(), t.id("c").guid()))).isEqualTo("none");
    }

    @Test
    void namesTheMissingLinkAndTheNearestThatCanBeRestored() {
        RestorePaths paths = new RestorePaths(t.stored("a b>c c>d e"));

        assertThat(paths.chain(t.id("d").guid())).isEmpty();
        assertThat(paths.whyNot(t.id("d").guid())).contains("@b (the base of b>c)").contains("@a before").contains("@e after");
    }

    @Test
    void aPackageBringsWhatItPassesButNothingGoesOnFromThere() {
        RestorePaths paths = new RestorePaths(t.stored("a a>b+c>d c>e"));

        assertThat(text(paths.chain(t.id("c").guid()))).isEqualTo("a.full a>b+c>d");
        assertThat(paths.chain(t.id("e").guid())).isEmpty();
    }

    @Test
    void backupsThatBuildOnEachOtherInACircleLeadNowhere() {
        assertThat(chain("a>b b>a", "b")).isEqualTo("none");
    }
}
