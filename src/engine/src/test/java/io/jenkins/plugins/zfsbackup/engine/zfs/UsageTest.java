package io.jenkins.plugins.zfsbackup.engine.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UsageTest {

    private static final Usage ZFS_FUSE = usage("""
            missing command
            usage: zfs command args ...
            where 'command' is one of the following:

            \tsnapshot [-r] [-o property=value] ... <filesystem@snapname|volume@snapname>
            \tget [-rHp] [-d max] [-o "all" | field[,...]] [-s source[,...]]
            \t    <"all" | property[,...]> [filesystem|volume|snapshot] ...
            \tsend [-RDp] [-[iI] snapshot] <snapshot>
            \treceive [-vnF] <filesystem|volume|snapshot>
            \treceive [-vnF] -d <filesystem>
            \tholds [-r] <snapshot> ...
            """);

    private static final Usage OPENZFS_2_1 = usage("""
            missing command
            usage: zfs command args ...
            where 'command' is one of the following:

            \tversion

            \tsnapshot [-r] [-o property=value] ... <filesystem|volume>@<snap> ...
            \tget [-rHp] [-d max] [-o "all" | field[,...]]
            \t    [-t type[,...]] [-s source[,...]]
            \t    <"all" | property[,...]> [filesystem|volume|snapshot|bookmark] ...
            \tsend [-DnPpRvLecwhb] [-[i|I] snapshot] <snapshot>
            \tsend [-DnvPLecw] [-i snapshot|bookmark] <filesystem|volume|snapshot>
            \treceive [-vMnsFhu] [-o <property>=<value>] ... [-x <property>] ...
            \t    <filesystem|volume|snapshot>
            \tbookmark <snapshot|bookmark> <newbookmark>
            \tholds [-rH] <snapshot> ...
            \tload-key [-rn] [-L <keylocation>] <-a | filesystem|volume>
            """);

    @Test
    void tellsOpenZfsFromZfsFuseByItsCommands() {
        assertThat(OPENZFS_2_1.has("bookmark")).isTrue();
        assertThat(OPENZFS_2_1.has("load-key")).isTrue();
        assertThat(OPENZFS_2_1.has("version")).isTrue();
        assertThat(ZFS_FUSE.has("bookmark")).isFalse();
        assertThat(ZFS_FUSE.has("load-key")).isFalse();
        assertThat(ZFS_FUSE.has("version")).isFalse();
    }

    @Test
    void findsOptionsAlsoOnContinuedLines() {
        assertThat(OPENZFS_2_1.takes("get", 't')).isTrue();
        assertThat(ZFS_FUSE.takes("get", 't')).isFalse();
        assertThat(OPENZFS_2_1.takes("receive", 'o')).isTrue();
        assertThat(ZFS_FUSE.takes("receive", 'o')).isFalse();
    }

    @Test
    void findsOptionsWithinAGroup() {
        assertThat(OPENZFS_2_1.takes("send", 'w')).isTrue();
        assertThat(OPENZFS_2_1.takes("send", 'P')).isTrue();
        assertThat(ZFS_FUSE.takes("send", 'P')).isFalse();
        assertThat(ZFS_FUSE.takes("send", 'w')).isFalse();
        assertThat(ZFS_FUSE.takes("send", 'R')).isTrue();
    }

    @Test
    void tellsWhetherACommandTakesSeveralNames() {
        assertThat(OPENZFS_2_1.takesSeveral("snapshot")).isTrue();
        assertThat(ZFS_FUSE.takesSeveral("snapshot")).isFalse();
    }

    @Test
    void knowsNothingOfATextThatIsNone() {
        Usage none = usage("sudo: a password is required");

        assertThat(none.has("send")).isFalse();
        assertThat(none.takes("send", 'n')).isFalse();
        assertThat(none.takesSeveral("snapshot")).isFalse();
    }

    private static Usage usage(String text) {
        return Usage.parse(text.lines().toList());
    }
}
