package io.jenkins.plugins.zfsbackup.engine.directory;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.repository.Storage;
import io.jenkins.plugins.zfsbackup.engine.repository.StoredFile;
import io.jenkins.plugins.zfsbackup.engine.repository.Upload;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A repository in a directory of this machine, such as a disk that is taken home. */
public final class DirectoryStorage implements Storage {

    private final Path root;

    /** @param root the repository's directory; what is above it must be there */
    public DirectoryStorage(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public String address() {
        return "file://" + root;
    }

    @Override
    public int connections() {
        return 4;
    }

    @Override
    public Optional<List<StoredFile>> list(String directory) throws BackupException {
        List<StoredFile> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(at(directory))) {
            for (Path entry : entries) {
                stat(entry).ifPresent(files::add);
            }
            return Optional.of(files);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw failure("listing " + directory, e.getCause());
        } catch (IOException e) {
            throw failure("listing " + directory, e);
        }
    }

    @Override
    public Optional<StoredFile> stat(String path) throws BackupException {
        try {
            return stat(at(path));
        } catch (IOException e) {
            throw failure("looking at " + path, e);
        }
    }

    private static Optional<StoredFile> stat(Path path) throws IOException {
        try {
            BasicFileAttributes is = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            Path name = path.getFileName();
            return Optional.of(new StoredFile(
                    name == null ? "" : name.toString(),
                    is.isDirectory(),
                    is.isDirectory() ? 0 : is.size(),
                    is.lastModifiedTime().toInstant()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public InputStream read(String path) throws BackupException {
        try {
            return Files.newInputStream(at(path));
        } catch (IOException e) {
            throw failure("reading " + path, e);
        }
    }

    @Override
    public Upload write(String path) throws BackupException {
        Path file = at(path);
        try {
            Files.createFile(file);
            return new FileUpload(path, new FileOutputStream(file.toFile()));
        } catch (IOException e) {
            throw failure("writing " + path, e);
        }
    }

    @Override
    public void makeDirectory(String path) throws BackupException {
        try {
            Files.createDirectory(at(path));
        } catch (IOException e) {
            throw failure("making the directory " + path, e);
        }
    }

    @Override
    public void makeDirectories(String path) throws BackupException {
        Path above = root.getParent();
        if (above != null && !Files.isDirectory(above)) {
            throw new RepositoryException(
                    Kind.MISSING,
                    "making the repository " + root,
                    above + " is not there",
                    "Is the disk mounted? Make that directory if it is meant.");
        }
        try {
            Files.createDirectories(at(path));
        } catch (IOException e) {
            throw failure("making the directory " + path, e);
        }
    }

    @Override
    public void rename(String from, String to) throws BackupException {
        Path target = at(to);
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new RepositoryException(Kind.EXISTS, "renaming " + from + " to " + to, "that name is taken", "");
        }
        try {
            // rename(2) itself refuses a directory that is not empty, so that two that publish the same can't both win.
            Files.move(at(from), target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failure("renaming " + from + " to " + to, e);
        }
    }

    @Override
    public void replace(String from, String to) throws BackupException {
        try {
            Files.move(at(from), at(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure("replacing " + to, e);
        }
    }

    @Override
    public void deleteFile(String path) throws BackupException {
        delete(path);
    }

    @Override
    public void deleteDirectory(String path) throws BackupException {
        delete(path);
    }

    private void delete(String path) throws BackupException {
        try {
            Files.deleteIfExists(at(path));
        } catch (IOException e) {
            throw failure("deleting " + path, e);
        }
    }

    @Override
    public OptionalLong free() throws BackupException {
        try {
            Path there = root;
            while (!Files.exists(there) && there.getParent() != null) {
                there = there.getParent();
            }
            return OptionalLong.of(Files.getFileStore(there).getUsableSpace());
        } catch (IOException e) {
            throw failure("asking for free space", e);
        }
    }

    @Override
    public List<String> capabilities() {
        return List.of("flushes to disk", "replaces files in one step");
    }

    @Override
    public void close() {}

    /** A path from a manifest or a listing must not lead out of the root. */
    private Path at(String path) throws BackupException {
        for (String part : path.split("/")) {
            if (part.equals("..") || part.equals(".") || part.indexOf('\0') >= 0) {
                throw new RepositoryException(Kind.REFUSED, "using " + path, "it leads out of the repository", "");
            }
        }
        return path.isEmpty() ? root : root.resolve(path.startsWith("/") ? path.substring(1) : path);
    }

    private RepositoryException failure(String doing, IOException e) {
        String where = doing + " in " + root;
        if (e instanceof NoSuchFileException || e instanceof NotDirectoryException) {
            return new RepositoryException(Kind.MISSING, where, "it is not there", "", e);
        }
        if (e instanceof FileAlreadyExistsException || e instanceof DirectoryNotEmptyException) {
            return new RepositoryException(Kind.EXISTS, where, "that name is taken", "", e);
        }
        if (e instanceof AccessDeniedException) {
            return new RepositoryException(Kind.REFUSED, where, "permission denied", "Look at the directory's owner and mode.", e);
        }
        String said = String.valueOf(e.getMessage());
        if (said.contains("No space left") || said.contains("quota exceeded")) {
            return new RepositoryException(Kind.FULL, where, said, "Make room there, then run again.", e);
        }
        return new RepositoryException(Kind.FAILED, where, said, "", e);
    }

    private final class FileUpload extends Upload {
        private final String path;
        private final FileOutputStream out;
        private long bytes;

        FileUpload(String path, FileOutputStream out) {
            this.path = path;
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            try {
                out.write(from, offset, length);
                bytes += length;
            } catch (IOException e) {
                throw failure("writing " + path, e);
            }
        }

        @Override
        public long finish() throws IOException {
            try {
                out.getFD().sync();
                out.close();
                return bytes;
            } catch (IOException e) {
                throw failure("writing " + path, e);
            }
        }

        @Override
        public void close() {
            try {
                out.close();
            } catch (IOException e) {
                // Abandoned: whoever abandons a file removes it, and finish() has said what there was to say.
                return;
            }
        }
    }
}
