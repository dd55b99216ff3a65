package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All files in the root: {@code home@2014-06-01.full.zfs.gpg}, {@code home@2014-06-02.from.2014-06-01.zfs.gpg}, made by
 * {@code zfs send | gpg --compress-algo ZLIB --sign --encrypt}. The pool's name stands nowhere.
 */
record FlatGpg() implements ScriptLayout {

    private static final String SUFFIX = ".zfs.gpg";
    private static final String FULL = ".full";
    private static final String FROM = ".from.";

    @Override
    public Layout layout() {
        return Layout.FLAT_GPG;
    }

    @Override
    public boolean encrypted() {
        return true;
    }

    /** OpenPGP's own does it. */
    @Override
    public Compression compression() {
        return new Compression(Compression.Method.NONE, 0);
    }

    @Override
    public Optional<Reading> read(String directory, String file) {
        int at = file.indexOf('@');
        if (!directory.isEmpty() || file.startsWith(".") || !file.endsWith(SUFFIX) || at < 1) {
            return Optional.empty();
        }
        String dataset = file.substring(0, at);
        List<ScriptName> readings = readings(dataset, file.substring(at + 1, file.length() - SUFFIX.length()));
        if (readings.isEmpty()) {
            return Optional.of(new Reading.Unclear(
                    "its name is neither NAME@SNAPSHOT.full" + SUFFIX + " nor NAME@SNAPSHOT.from.BASE" + SUFFIX));
        }
        if (readings.size() > 1) {
            return Optional.of(new Reading.Unclear("its name can be read in " + readings.size() + " ways: as "
                    + words(readings.get(0)) + ", or as " + words(readings.get(1))));
        }
        return Optional.of(new Reading.Clear(readings.get(0)));
    }

    /**
     * A snapshot's name may have {@code .from.} in it, and a base's may end in {@code .full}: then there are several.
     */
    private List<ScriptName> readings(String dataset, String rest) {
        List<ScriptName> readings = new ArrayList<>();
        if (rest.endsWith(FULL)) {
            add(readings, dataset, rest.substring(0, rest.length() - FULL.length()), Optional.empty());
        }
        for (int i = rest.indexOf(FROM); i >= 0; i = rest.indexOf(FROM, i + 1)) {
            add(readings, dataset, rest.substring(0, i), Optional.of(rest.substring(i + FROM.length())));
        }
        return readings;
    }

    private void add(List<ScriptName> readings, String dataset, String snapshot, Optional<String> base) {
        boolean named = ZFS_NAME.matcher(dataset).matches()
                && ZFS_NAME.matcher(snapshot).matches()
                && base.map(name -> ZFS_NAME.matcher(name).matches()).orElse(true);
        if (named) {
            readings.add(new ScriptName(this, dataset, snapshot, base));
        }
    }

    private static String words(ScriptName name) {
        return "@" + name.snapshot() + name.base().map(base -> " from @" + base).orElse(" in full");
    }

    @Override
    public Optional<String> place(String belowPool) {
        return Optional.of("");
    }

    @Override
    public String directory(DatasetName dataset) throws UsageException {
        String below = dataset.belowPool();
        if (below.equals(".")) {
            throw refused(dataset, "the names in it begin below the pool, so that the pool's root dataset has none");
        }
        if (below.contains("/")) {
            throw refused(
                    dataset, "all its files lie in one directory, so that a nested dataset, with a '/', has no place");
        }
        return "";
    }

    @Override
    public String plainName(DatasetName dataset, String snapshot, Optional<String> base) {
        return dataset.belowPool() + "@" + snapshot
                + base.map(name -> FROM + name).orElse(FULL) + SUFFIX;
    }

    @Override
    public Optional<String> caution(String file) {
        String known = file.split("\\.from\\.|\\.full\\.zfs", 2)[0];
        return known.contains(".")
                ? Optional.of(
                        "the script that used this layout cuts names at the first dot, and would not know " + file)
                : Optional.empty();
    }

    @Override
    public InputStream decode(InputStream stored, VolumeFormat.Decrypt decrypt) throws IOException {
        return decrypt.from(stored);
    }
}
