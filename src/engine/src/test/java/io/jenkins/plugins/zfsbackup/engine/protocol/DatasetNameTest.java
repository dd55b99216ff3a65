package io.jenkins.plugins.zfsbackup.engine.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetNameTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"tank", "Datenspeicher/elabfs-LukasMetzler", "tank/a b/c.d:e_f-g", "tank/-x", "tank/50%", "t/..."
            })
    void takesWhatZfsTakes(String name) {
        assertThat(new DatasetName(name).value()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/tank",
                "tank/",
                "tank//a",
                "tank/..",
                "tank/./a",
                "../etc",
                "-rf",
                "1tank",
                "tank/a@b",
                "tank/a#b",
                "tank/a\tb",
                "tank/a\nb",
                "tank/ü",
                "tank/a\\b",
                "tank/a*"
            })
    void refusesWhatZfsRefuses(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DatasetName(name))
                .withMessageContaining(name);
    }

    @Test
    void refusesNamesOver255Characters() {
        assertThat(new DatasetName("t".repeat(255)).value()).hasSize(255);
        assertThatIllegalArgumentException().isThrownBy(() -> new DatasetName("t".repeat(256)));
    }

    @Test
    void countsTheDatasetsNameIntoASnapshotsLength() {
        DatasetName dataset = new DatasetName("tank/home");
        String longest = "s".repeat(255 - "tank/home@".length());

        assertThat(snapshot(dataset, longest).fullName()).hasSize(255);
        assertThatIllegalArgumentException().isThrownBy(() -> snapshot(dataset, longest + "s"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a@b", "a#b", ".", ".."})
    void refusesSnapshotsThatZfsRefuses(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> snapshot(new DatasetName("tank"), name));
    }

    @Test
    void knowsItsPlaceInThePool() {
        DatasetName root = new DatasetName("tank");
        DatasetName deep = new DatasetName("tank/home/anna");

        assertThat(root.pool()).isEqualTo("tank");
        assertThat(root.belowPool()).isEqualTo(".");
        assertThat(root.parent()).isEmpty();
        assertThat(deep.pool()).isEqualTo("tank");
        assertThat(deep.belowPool()).isEqualTo("home/anna");
        assertThat(deep.parent()).contains(new DatasetName("tank/home"));
    }

    private static Snapshot snapshot(DatasetName dataset, String name) {
        return new Snapshot(dataset, name, 1, 1, Instant.EPOCH, false, Optional.empty());
    }
}
