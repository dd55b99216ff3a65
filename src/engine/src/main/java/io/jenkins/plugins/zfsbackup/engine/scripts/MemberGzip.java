package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * A directory for each member of the lab, for the dataset {@code elabfs-MEMBER}: {@code
 * LukasMetzler/elabfs-LukasMetzler@A.gz} and {@code LukasMetzler/elabfs-LukasMetzler@A.to.elabfs-LukasMetzler@B.gz},
 * made by {@code zfs send [-I] | gzip}. No name has an {@code @} in it, so that the number of those tells the two kinds
 * apart.
 */
record MemberGzip() implements ScriptLayout {

    private static final String SUFFIX = ".gz";
    /** What the names of the members' datasets begin with. */
    private static final String PREFIX = "elabfs-";

    private static final String TO = ".to.";
    private static final int BUFFER = 1 << 17;

    @Override
    public Layout layout() {
        return Layout.MEMBER_GZIP;
    }

    @Override
    public boolean encrypted() {
        return false;
    }

    @Override
    public Compression compression() {
        return new Compression(Compression.Method.GZIP, Compression.Method.GZIP.defaultLevel());
    }

    @Override
    public Optional<Reading> read(String directory, String file) {
        String dataset = PREFIX + directory;
        if (directory.isEmpty()
                || directory.startsWith(".")
                || !file.endsWith(SUFFIX)
                || !file.startsWith(dataset + "@")) {
            return Optional.empty();
        }
        String rest = file.substring(dataset.length() + 1, file.length() - SUFFIX.length());
        int second = rest.indexOf('@');
        String between = TO + dataset;
        Optional<String> base = Optional.empty();
        String snapshot = rest;
        if (second >= 0) {
            String before = rest.substring(0, second);
            if (!before.endsWith(between)) {
                return Optional.of(new Reading.Unclear("its name leads from " + dataset + " to another dataset"));
            }
            base = Optional.of(before.substring(0, before.length() - between.length()));
            snapshot = rest.substring(second + 1);
        }
        boolean named = ZFS_NAME.matcher(dataset).matches()
                && ZFS_NAME.matcher(snapshot).matches()
                && base.map(name -> ZFS_NAME.matcher(name).matches()).orElse(true);
        return Optional.of(
                named
                        ? new Reading.Clear(new ScriptName(this, dataset, snapshot, base))
                        : new Reading.Unclear("its name is neither " + PREFIX + "MEMBER@SNAPSHOT" + SUFFIX + " nor "
                                + PREFIX + "MEMBER@BASE" + TO + PREFIX + "MEMBER@SNAPSHOT" + SUFFIX));
    }

    @Override
    public Optional<String> place(String belowPool) {
        return Optional.of(belowPool)
                .filter(name -> name.startsWith(PREFIX))
                .map(name -> name.substring(PREFIX.length()));
    }

    @Override
    public String directory(DatasetName dataset) throws UsageException {
        String below = dataset.belowPool();
        String member = below.startsWith(PREFIX) ? below.substring(PREFIX.length()) : "";
        if (member.isEmpty()) {
            throw refused(dataset, "it is for the datasets POOL/" + PREFIX + "MEMBER");
        }
        if (member.contains("/")) {
            throw refused(dataset, "a member has one dataset in it, so that a nested one has no place");
        }
        if (member.contains(PREFIX) || member.startsWith(".")) {
            throw refused(dataset, "'" + member + "' can't be the name of a member's directory");
        }
        return member;
    }

    @Override
    public String plainName(DatasetName dataset, String snapshot, Optional<String> base) {
        String below = dataset.belowPool();
        return base.map(name -> below + "@" + name + TO).orElse("") + below + "@" + snapshot + SUFFIX;
    }

    @Override
    public Optional<String> caution(String file) {
        String name = file.substring(0, file.length() - SUFFIX.length());
        boolean full = name.indexOf('@') == name.lastIndexOf('@');
        boolean known = full
                ? name.indexOf('.') >= 0 && name.indexOf('.') == name.lastIndexOf('.')
                : name.indexOf(TO) == name.lastIndexOf(TO);
        return known && name.indexOf(' ') < 0
                ? Optional.empty()
                : Optional.of(
                        "the script that used this layout can't read the name " + file + ", and would stop at it");
    }

    /**
     * What the JDK's reader checks is the trailer: CRC-32 and length of what was unpacked (RFC 1952, section 2.3.1).
     */
    @Override
    public InputStream decode(InputStream stored, VolumeFormat.Decrypt decrypt) throws IOException {
        return new GZIPInputStream(stored, BUFFER);
    }
}
