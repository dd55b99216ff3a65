package io.jenkins.plugins.zfsbackup.engine.model;

import java.io.EOFException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * What an error says, for a person. Java's own often say nothing, which would be printed as {@code null}, or only the
 * name of what they stumbled over.
 */
public final class Reason {
    /** Errors have causes, which may run in a circle. */
    private static final int DEEPEST = 16;

    private Reason() {}

    /** Never null or blank. */
    public static String of(Throwable error) {
        Throwable each = error;
        for (int i = 0; each != null && i < DEEPEST; i++) {
            String said = said(each);
            if (said != null && !said.isBlank()) {
                return said;
            }
            each = each.getCause();
        }
        return error.getClass().getSimpleName().isEmpty()
                ? error.getClass().getName()
                : error.getClass().getSimpleName();
    }

    private static String said(Throwable error) {
        if (error instanceof FileSystemException file) {
            return said(file);
        }
        boolean silent = error.getMessage() == null || error.getMessage().isBlank();
        if (silent && error instanceof EOFException) {
            return "unexpected end of data";
        }
        boolean nameAlone = !silent
                && error instanceof UnknownHostException
                && !error.getMessage().contains(":");
        return nameAlone ? error.getMessage() + ": no such host" : error.getMessage();
    }

    /** In the words of the operating system, which Java drops for some. */
    private static String said(FileSystemException error) {
        if (error.getReason() != null) {
            return error.getReason();
        }
        if (error instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (error instanceof AccessDeniedException) {
            return "Permission denied";
        }
        if (error instanceof FileAlreadyExistsException) {
            return "File exists";
        }
        if (error instanceof NotDirectoryException) {
            return "Not a directory";
        }
        if (error instanceof DirectoryNotEmptyException) {
            return "Directory not empty";
        }
        if (error instanceof FileSystemLoopException) {
            return "Too many levels of symbolic links";
        }
        return error.getMessage();
    }
}
