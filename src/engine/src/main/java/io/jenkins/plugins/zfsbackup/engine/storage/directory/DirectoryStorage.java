package io.jenkins.plugins.zfsbackup.engine.storage.directory;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.storage.Download;
import io.jenkins.plugins.zfsbackup.engine.storage.ShellWord;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoragePath;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import io.jenkins.plugins.zfsbackup.engine.storage.Upload;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A repository's files in a directory of this machine.
 *
 * <p>A finished file and every new name are on the disk when the call returns ({@code fsync} of the file and of its
 * directory). Taking a name is exclusive: a file is made with {@code O_EXCL} and renamed with {@code link}, which fails
 * where the name is taken. Java has no {@code RENAME_NOREPLACE} for directories: there the new name is looked at first,
 * and of two that rename onto one name in the same moment {@code rename(2)} refuses the second, as the first directory
 * is not empty.
 *
 * <p>What is made here is its owner's alone ({@link OwnerOnly}).
 *
 * <p>The root is made by {@link #makeDirectories} alone, and never the directories above it: a disk that is not mounted
 * must not be taken for an empty repository.
 */
public final class DirectoryStorage implements Storage {

    /** A local disk gains little from more writers, a network share gains something. */
    private static final int CONNECTIONS = 4;

    private final Path root;
    private volatile boolean stopped;

    /** @param root the repository's directory; need not be there yet */
    public DirectoryStorage(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public String address() {
        return root.toUri().toString().replaceAll("(?<=[^/])/$", "");
    }

    @Override
    public boolean reached() {
        return true;
    }

    @Override
    public int connections() {
        return CONNECTIONS;
    }

    @Override
    public Optional<List<StoredFile>> list(String directory) throws BackupException {
        Path path = resolve(directory);
        List<StoredFile> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
            for (Path entry : stream) {
                lookAmongOthers(entry).ifPresent(entries::add);
                if (entries.size() > MOST_ENTRIES) {
                    throw new IOException("it has more than " + MOST_ENTRIES + " entries");
                }
            }
            return Optional.of(entries);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        } catch (DirectoryIteratorException e) {
            throw failure("listing " + path, e.getCause());
        } catch (IOException e) {
            if (isLoop(e)) {
                return Optional.empty();
            }
            throw failure("listing " + path, e);
        }
    }

    private static Optional<StoredFile> lookAmongOthers(Path entry) {
        try {
            return look(entry);
        } catch (IOException e) {
            return Optional.of(StoredFile.unreadable(name(entry), false, Reason.of(e)));
        }
    }

    @Override
    public Optional<StoredFile> stat(String path) throws BackupException {
        Path file = resolve(path);
        try {
            return look(file);
        } catch (IOException e) {
            throw failure("looking at " + file, e);
        }
    }

    /**
     * What is there: of a symbolic link what it leads to, as an administrator may have moved a dataset to another disk.
     * A file may vanish between the listing and the look at it: then it is not there.
     */
    private static Optional<StoredFile> look(Path file) throws IOException {
        String name = name(file);
        boolean link = Files.isSymbolicLink(file);
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(new StoredFile(
                    name,
                    found.isDirectory(),
                    found.isDirectory() ? 0 : found.size(),
                    found.lastModifiedTime().toInstant().truncatedTo(ChronoUnit.SECONDS),
                    link,
                    Optional.empty()));
        } catch (IOException e) {
            if (link) {
                boolean nowhere = e instanceof NoSuchFileException || isLoop(e);
                return Optional.of(StoredFile.unreadable(name, true, nowhere ? StoredFile.NOWHERE : Reason.of(e)));
            }
            if (e instanceof NoSuchFileException || Reason.of(e).equals("Not a directory") || isLoop(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static String name(Path file) {
        return Optional.ofNullable(file.getFileName()).map(Path::toString).orElse("");
    }

    /** Whether symbolic links lead around in a circle: there is no directory behind them. */
    private static boolean isLoop(IOException e) {
        return Reason.of(e).startsWith("Too many levels of symbolic links");
    }

    @Override
    public String realPath(String directory) throws BackupException {
        Path path = resolve(directory);
        try {
            return path.toRealPath().toString();
        } catch (IOException e) {
            throw failure("looking at " + path, e);
        }
    }

    @Override
    public Download read(String path, long offset) throws BackupException {
        Path file = resolve(path);
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            if (!found.isRegularFile()) {
                throw new FileSystemException(
                        file.toString(), null, found.isDirectory() ? "Is a directory" : "Is no regular file");
            }
            return new FileDownload(file, found.size(), offset);
        } catch (IOException e) {
            throw failure("reading " + file, e);
        }
    }

    @Override
    public Upload write(String path) throws BackupException {
        Path file = resolve(path);
        try {
            return new FileUpload(file, OwnerOnly.makeFile(file));
        } catch (IOException e) {
            throw failure("writing " + file, e);
        }
    }

    @Override
    public void makeDirectory(String path) throws BackupException {
        Path directory = resolve(path);
        try {
            OwnerOnly.makeDirectory(directory);
            flushParent(directory);
        } catch (IOException e) {
            throw failure("making the directory " + directory, e);
        }
    }

    @Override
    public void rename(String from, String to) throws BackupException {
        Path source = resolve(from);
        Path target = resolve(to);
        try {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            if (!Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS) || !renamedByLink(source, target)) {
                Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
            }
            flushParent(target);
            if (!source.getParent().equals(target.getParent())) {
                flushParent(source);
            }
        } catch (IOException e) {
            throw failure("renaming " + source + " to " + target, e);
        }
    }

    /** Says no where the file system has no hard links (FAT, some network shares). */
    private static boolean renamedByLink(Path source, Path target) throws IOException {
        try {
            Files.createLink(target, source);
        } catch (FileAlreadyExistsException | NoSuchFileException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
        Files.delete(source);
        return true;
    }

    @Override
    public void replace(String from, String to) throws BackupException {
        Path source = resolve(from);
        Path target = resolve(to);
        try {
            Files.move(source, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            flushParent(target);
        } catch (IOException e) {
            throw failure("putting " + source + " in the place of " + target, e);
        }
    }

    @Override
    public void deleteFile(String path) throws BackupException {
        Path file = resolve(path);
        try {
            if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileSystemException(file.toString(), null, "Is a directory");
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failure("deleting " + file, e);
        }
    }

    @Override
    public void deleteDirectory(String path) throws BackupException {
        Path directory = resolve(path);
        try {
            if (Files.isRegularFile(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw new NotDirectoryException(directory.toString());
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw failure("deleting the directory " + directory, e);
        }
    }

    @Override
    public String removalCommand(String path, boolean directory) {
        return (directory ? "rm -r " : "rm ")
                + ShellWord.quoted(root.resolve(path).toString());
    }

    @Override
    public OptionalLong free() throws BackupException {
        try {
            return OptionalLong.of(Files.getFileStore(root).getUsableSpace());
        } catch (IOException e) {
            throw failure("asking for the free space of " + root, e);
        }
    }

    @Override
    public List<String> capabilities() {
        return List.of(
                "only the user that stores can read what is stored, where the file system has permissions",
                "files are replaced in one step",
                "a file counts as stored when it is on the disk");
    }

    @Override
    public void stopWaiting() {
        // Nothing is waited for here.
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public void close() {
        // Every call opens and closes its own files.
    }

    private Path resolve(String path) throws BackupException {
        if (stopped) {
            throw new InterruptedRunException("using " + address(), "the run was stopped", "Run again to carry on.");
        }
        try {
            return root.resolve(StoragePath.checked(path));
        } catch (InvalidPathException e) {
            throw new RepositoryException(
                    Kind.REFUSED,
                    "looking at \"" + path + "\"",
                    "this system has no such names: " + e.getReason(),
                    "",
                    e);
        }
    }

    /** A new name is safe when its directory is flushed; some network file systems can't do that, and say so. */
    static void flushParent(Path path) throws IOException {
        try (FileChannel directory = FileChannel.open(path.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            if (!"Invalid argument".equals(Reason.of(e))) {
                throw e;
            }
        }
    }

    static RepositoryException failure(String doing, IOException e) {
        String said = Reason.of(e);
        if (e instanceof FileAlreadyExistsException || said.equals("Directory not empty")) {
            return new RepositoryException(Kind.EXISTS, doing, "the name is taken", "", e);
        }
        if (e instanceof NoSuchFileException) {
            return new RepositoryException(
                    Kind.MISSING,
                    doing,
                    "no such file or directory",
                    "Look whether the disk is mounted and the directory above it is there.",
                    e);
        }
        if (said.contains("No space left") || said.contains("quota exceeded")) {
            return new RepositoryException(Kind.FULL, doing, said, "Make room there and run again.", e);
        }
        if (e instanceof AccessDeniedException
                || said.equals("Read-only file system")
                || said.equals("Operation not permitted")) {
            return new RepositoryException(
                    Kind.REFUSED, doing, said, "Give the user that runs this the right to do that.", e);
        }
        return new RepositoryException(Kind.FAILED, doing, said, "", e);
    }
}
