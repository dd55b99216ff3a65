package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.storage.StoragePath;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A layout of a script: where it puts which file, what it calls it, and what is in it. Names are read only where they
 * can mean one thing.
 */
public sealed interface ScriptLayout permits FlatGpg, MemberGzip {

    /** All of them. */
    List<ScriptLayout> ALL = List.of(new FlatGpg(), new MemberGzip());

    /** The longest file name that the usual file systems take, in bytes. */
    int LONGEST = 255;

    /** What ZFS allows in a part of a name. */
    Pattern ZFS_NAME = Pattern.compile("[A-Za-z0-9_.: %-]+");

    /** What its backups are said to be stored in. */
    Layout layout();

    /** Whether its files are signed and encrypted OpenPGP messages; else they are neither. */
    boolean encrypted();

    /** How a stream is compressed before anything else is put around it. */
    Compression compression();

    /**
     * What a file's name says.
     *
     * @param directory the name of the directory it lies in; empty for the root
     * @param file its name
     * @return empty if files of this layout are not called so, or don't lie there
     */
    Optional<Reading> read(String directory, String file);

    /** What was made of a file's name. */
    sealed interface Reading {
        /** It means one thing. */
        record Clear(ScriptName name) implements Reading {}

        /** It looks like a file of this layout, and can't be used. */
        record Unclear(String why) implements Reading {}
    }

    /**
     * Where files of a dataset may lie, whether it could be stored there or not.
     *
     * @param belowPool the dataset's name below its pool, a single part
     * @return a directory below the root, empty for the root itself; nothing if there is no place for it
     */
    Optional<String> place(String belowPool);

    /**
     * Where a dataset's files lie.
     *
     * @return a directory below the root; empty for the root itself
     * @throws UsageException if this layout has no place for the dataset
     */
    String directory(DatasetName dataset) throws UsageException;

    /** The name that the script gives to a backup, whatever it may be worth. */
    String plainName(DatasetName dataset, String snapshot, Optional<String> base);

    /** How the script that used this layout would stumble over a file of that name; empty if it would not. */
    Optional<String> caution(String file);

    /**
     * The raw stream in a stored file; reading to its end checks all that the format itself can check.
     *
     * @param decrypt takes the content out of an OpenPGP message
     */
    InputStream decode(InputStream stored, VolumeFormat.Decrypt decrypt) throws IOException;

    /**
     * The path of a backup below the root.
     *
     * @throws UsageException if it has no place here, or its name could not be read back as what it is
     */
    default String path(DatasetName dataset, String snapshot, Optional<String> base) throws UsageException {
        String directory = directory(dataset);
        String file = plainName(dataset, snapshot, base);
        ScriptName meant = new ScriptName(this, dataset.belowPool(), snapshot, base);
        if (file.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw refused(dataset, "the file name " + file + " would be longer than " + LONGEST + " bytes");
        }
        Reading back = read(directory, file).orElse(new Reading.Unclear("it is no name of this layout"));
        if (back instanceof Reading.Unclear unclear) {
            throw refused(dataset, "the file name " + file + " can't be used: " + unclear.why());
        }
        if (!back.equals(new Reading.Clear(meant))) {
            throw refused(dataset, "the file name " + file + " would be read as something else");
        }
        return StoragePath.child(directory, file);
    }

    /** Says that something has no place in this layout. */
    default UsageException refused(DatasetName dataset, String why) {
        return new UsageException(
                "storing " + dataset + " in the layout " + layout().text(), why, Wording.EXCLUDE.text());
    }
}
