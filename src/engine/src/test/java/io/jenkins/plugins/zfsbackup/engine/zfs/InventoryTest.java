package io.jenkins.plugins.zfsbackup.engine.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jenkins.plugins.zfsbackup.engine.model.Bookmark;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import io.jenkins.plugins.zfsbackup.engine.model.Guid;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InventoryTest {

    private final Inventory inventory = new Inventory();

    @Test
    void readsADatasetWithItsSnapshotsAndBookmarks() {
        add(
                "tank/a b",
                "type=filesystem guid=1 createtxg=5 creation=100 origin=- referenced=4096 encryption=aes-256-gcm");
        add("tank/a b@x y", "type=snapshot guid=2 createtxg=7 creation=200 userrefs=1");
        add("tank/a b#x y", "type=bookmark guid=2 createtxg=7 creation=200 userrefs=-");

        DatasetName name = new DatasetName("tank/a b");
        Dataset dataset = inventory.datasets().get(0);
        assertThat(dataset.name()).isEqualTo(name);
        assertThat(dataset.type()).isEqualTo(DatasetType.FILESYSTEM);
        assertThat(dataset.origin()).isEmpty();
        assertThat(dataset.referenced()).isEqualTo(4096);
        assertThat(dataset.encrypted()).isTrue();
        assertThat(dataset.snapshots())
                .containsExactly(new Snapshot(name, "x y", 2, 7, Instant.ofEpochSecond(200), true, Optional.empty()));
        assertThat(dataset.bookmarks()).containsExactly(new Bookmark(name, "x y", 2, 7, Instant.ofEpochSecond(200)));
    }

    @Test
    void sortsSnapshotsByTransactionAndNotByNameOrClock() {
        add("tank", "type=filesystem guid=1 createtxg=1 creation=1");
        add("tank@a", "type=snapshot guid=2 createtxg=30 creation=500");
        add("tank@b", "type=snapshot guid=3 createtxg=10 creation=900");
        add("tank@c", "type=snapshot guid=4 createtxg=20 creation=100");

        assertThat(inventory.datasets().get(0).snapshots())
                .extracting(Snapshot::name)
                .containsExactly("b", "c", "a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"253402300800", "31556889864403200", "9223372036854775807", "18446744073709551615"})
    void aTimeBeyondTheYear9999IsItsEnd(String creation) {
        add("tank", "type=filesystem guid=1 createtxg=1 creation=" + creation + " referenced=18446744073709551615");
        add("tank@a", "type=snapshot guid=2 createtxg=18446744073709551615 creation=" + creation);
        add("tank@b", "type=snapshot guid=3 createtxg=3 creation=253402300799");

        Dataset dataset = inventory.datasets().get(0);
        assertThat(dataset.snapshots())
                .extracting(Snapshot::creation)
                .containsOnly(Instant.parse("9999-12-31T23:59:59Z"));
        assertThat(dataset.referenced()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void takesGuidsAsUnsignedNumbersOf64Bits() {
        add("tank", "type=filesystem guid=18446744073709551615 createtxg=1 creation=1");

        long guid = inventory.datasets().get(0).guid();
        assertThat(guid).isEqualTo(-1);
        assertThat(Guid.format(guid)).isEqualTo("18446744073709551615");
    }

    @Test
    void seesZvolsAndClones() {
        add("tank/disk", "type=volume guid=1 createtxg=1 creation=1 origin=tank/template@gold");

        Dataset disk = inventory.datasets().get(0);
        assertThat(disk.type()).isEqualTo(DatasetType.VOLUME);
        assertThat(disk.origin()).contains("tank/template@gold");
    }

    @Test
    void disablesOnlyWhatSaysFalse() {
        add("tank", "type=filesystem guid=1 createtxg=1 creation=1 zfsbackup:enabled=-");
        add("tank/off", "type=filesystem guid=2 createtxg=1 creation=1 zfsbackup:enabled=false");
        add("tank/on", "type=filesystem guid=3 createtxg=1 creation=1 zfsbackup:enabled=true");

        assertThat(inventory.datasets()).extracting(Dataset::enabled).containsExactly(true, false, true);
    }

    @Test
    void doesNotMindInWhichOrderDatasetsAndSnapshotsCome() {
        add("tank/b@s", "type=snapshot guid=3 createtxg=9 creation=1");
        add("tank/b", "type=filesystem guid=2 createtxg=1 creation=1");
        add("tank", "type=filesystem guid=1 createtxg=1 creation=1");

        List<Dataset> datasets = inventory.datasets();
        assertThat(datasets).extracting(dataset -> dataset.name().value()).containsExactly("tank", "tank/b");
        assertThat(datasets.get(1).snapshots()).hasSize(1);
    }

    @Test
    void leavesOutASnapshotThatVanishedWhileItWasListed() {
        add("tank", "type=filesystem guid=1 createtxg=1 creation=1");
        add("tank@gone", "type=snapshot guid=2 createtxg=- creation=-");
        add("tank@cut", "type=snapshot");
        add("tank@here", "type=snapshot guid=4 createtxg=7 creation=1");

        assertThat(inventory.datasets().get(0).snapshots())
                .extracting(Snapshot::name)
                .containsExactly("here");
    }

    @Test
    void leavesOutTheSnapshotsOfADatasetThatVanished() {
        add("tank/gone@s", "type=snapshot guid=4 createtxg=7 creation=1");
        add("tank", "type=filesystem guid=1 createtxg=1 creation=1");

        assertThat(inventory.datasets())
                .extracting(dataset -> dataset.name().value())
                .containsExactly("tank");
    }

    @Test
    void knowsASnapshotThatWasTakenHereFromOnesThatWereReceivedOrInherit() {
        add("tank", "type=filesystem guid=1 createtxg=1 creation=1 zfsbackup:taken=daily-%F=local");
        add("tank@ours", "type=snapshot guid=2 createtxg=7 creation=1 zfsbackup:taken=daily-%F=local");
        add("tank@copy", "type=snapshot guid=3 createtxg=8 creation=1 zfsbackup:taken=daily-%F=received");
        inventory.add("tank@other\ttype\tsnapshot\t-");
        add("tank@other", "guid=4 createtxg=9 creation=1");
        inventory.add("tank@other\tzfsbackup:taken\tdaily-%F\tinherited from tank");
        add("tank@plain", "type=snapshot guid=5 createtxg=10 creation=1 zfsbackup:taken=-");

        assertThat(inventory.datasets().get(0).snapshots())
                .extracting(Snapshot::taken)
                .containsExactly(Optional.of("daily-%F"), Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Test
    void refusesLinesThatZfsWouldNotWrite() {
        assertThatIllegalArgumentException().isThrownBy(() -> inventory.add("Segmentation fault"));
    }

    @Test
    void refusesRoundedGuids() {
        add("tank", "type=filesystem guid=11.5E createtxg=1 creation=1");

        assertThatIllegalArgumentException().isThrownBy(inventory::datasets).withMessageContaining("11.5E");
    }

    @Test
    void refusesNamesThatZfsCanNotHave() {
        add("tank/../etc", "type=filesystem guid=1 createtxg=1 creation=1");

        assertThatIllegalArgumentException().isThrownBy(inventory::datasets);
    }

    /**
     * Adds the lines of one dataset, snapshot or bookmark, with its properties written {@code name=value} or
     * {@code name=value=source}.
     */
    private void add(String name, String properties) {
        for (String property : properties.split(" ")) {
            String line = name + "\t" + property.replace('=', '\t');
            inventory.add(line.split("\t").length == 4 ? line : line + "\t-");
        }
    }
}
