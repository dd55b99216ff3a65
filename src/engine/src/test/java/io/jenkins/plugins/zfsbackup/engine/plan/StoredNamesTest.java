package io.jenkins.plugins.zfsbackup.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredNamesTest {

    private final Timelines t = new Timelines("a b a' c d");

    private List<SnapshotId> meant(String stored, String reference) throws UsageException {
        return new StoredNames(t.stored(stored)).meant(SnapshotReference.parse(reference));
    }

    @Test
    void aNameMeansAllThatHaveItOldestFirst() throws UsageException {
        assertThat(meant("b>a' a a>b", "a")).containsExactly(t.id("a"), t.id("a'"));
        assertThat(meant("b>a' a a>b", "b")).containsExactly(t.id("b"));
        assertThat(meant("b>a' a a>b", "c")).isEmpty();
    }

    @Test
    void aGuidMeansOneInEitherNotation() throws UsageException {
        long guid = t.id("a'").guid();

        assertThat(meant("a a>b b>a'", "a~" + guid)).containsExactly(t.id("a'"));
        assertThat(meant("a a>b b>a'", "a~" + Long.toHexString(guid))).containsExactly(t.id("a'"));
        assertThat(meant("a a>b b>a'", "b~" + guid)).isEmpty();
    }

    @Test
    void aPackageHasNamesToo() throws UsageException {
        assertThat(meant("a a>b+a'>c", "a")).containsExactly(t.id("a"), t.id("a'"));
    }

    @Test
    void theUniqueNameOfASnapshotHasTheGuidOnlyWhereItIsNeeded() {
        StoredNames names = new StoredNames(t.stored("a a>b b>a'"));

        assertThat(names.unique(t.id("b"))).isEqualTo("b");
        assertThat(names.unique(t.id("a'"))).isEqualTo("a~" + t.id("a'").guid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a~", "a~x", "a~1~2", "a~-1", "a~123456789012345678901"})
    void whatIsNoGuidIsRefused(String text) {
        assertThatThrownBy(() -> SnapshotReference.parse(text))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("no guid");
    }
}
