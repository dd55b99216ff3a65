package io.jenkins.plugins.zfsbackup.engine.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SendRequestTest {

    private static final Set<SendFlag> ALL = Set.of(SendFlag.values());

    @Test
    void sendsASnapshotInFull() {
        assertThat(SendRequest.full("tank/a b@x", Set.of()).arguments()).containsExactly("tank/a b@x");
    }

    @Test
    void writesFlagsInOneOrder() {
        Set<SendFlag> flags = Set.of(SendFlag.EMBEDDED, SendFlag.COMPRESSED, SendFlag.LARGE_BLOCKS);

        assertThat(SendRequest.full("tank@x", flags).arguments()).containsExactly("-L", "-c", "-e", "tank@x");
    }

    @Test
    void buildsOnASnapshotOrABookmark() {
        assertThat(SendRequest.incremental("tank@w", "tank@x", Set.of()).arguments())
                .containsExactly("-i", "tank@w", "tank@x");
        assertThat(SendRequest.incremental("tank#w", "tank@x", Set.of()).arguments())
                .containsExactly("-i", "tank#w", "tank@x");
    }

    @Test
    void packsTheSnapshotsSinceASnapshot() {
        assertThat(SendRequest.packaged("tank@w", "tank@x", Set.of()).arguments())
                .containsExactly("-I", "tank@w", "tank@x");
    }

    @Test
    void refusesAPackageFromABookmarkBecauseZfsDoes() {
        assertThatIllegalArgumentException().isThrownBy(() -> SendRequest.packaged("tank#w", "tank@x", Set.of()));
    }

    @Test
    void refusesWhatIsNoSnapshot() {
        assertThatIllegalArgumentException().isThrownBy(() -> SendRequest.full("tank/a", Set.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> SendRequest.incremental("tank/a", "tank/a@x", Set.of()));
    }

    @Test
    void sendsEncryptedDatasetsRawAndNoOthers() {
        Capabilities able = new Capabilities("zfs-2.1.11", "features", true, true, true, true, true, ALL);

        assertThat(able.flagsFor(dataset(true))).containsExactly(SendFlag.RAW);
        assertThat(able.flagsFor(dataset(false)))
                .containsExactlyInAnyOrder(SendFlag.LARGE_BLOCKS, SendFlag.COMPRESSED, SendFlag.EMBEDDED);
    }

    @Test
    void usesNoFlagsWhereTheToolHasNone() {
        Capabilities old = new Capabilities("older than 0.8", "23", false, false, false, false, false, Set.of());

        assertThat(old.flagsFor(dataset(false))).isEmpty();
    }

    private static Dataset dataset(boolean encrypted) {
        return new Dataset(
                new DatasetName("tank"),
                DatasetType.FILESYSTEM,
                1,
                Optional.empty(),
                true,
                false,
                encrypted,
                List.of(),
                List.of(),
                0);
    }
}
