package io.jenkins.plugins.zfsbackup.engine.model;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * What nobody foresaw: Java has run out of memory or stack, a library has thrown what it does not announce, or the
 * program has a fault. It ends what was being done, and nothing beside it.
 */
public final class UnexpectedException extends BackupException {

    private UnexpectedException(String doing, String said, String next, Throwable cause) {
        super(doing, said, next, cause);
    }

    /**
     * A failure of any kind as one of the family.
     *
     * @param doing what was being done, naming the dataset, file or server
     * @return the failure itself, if it is of the family; what it wraps, if threads have wrapped it
     */
    public static BackupException of(String doing, Throwable failure) {
        if (failure instanceof BackupException known) {
            return known;
        }
        boolean wrapped = failure instanceof CompletionException || failure instanceof ExecutionException;
        if (wrapped && failure.getCause() != null) {
            return of(doing, failure.getCause());
        }
        if (failure instanceof OutOfMemoryError) {
            return new UnexpectedException(
                    doing,
                    "Java has run out of memory (" + failure.getMessage() + ")",
                    Wording.OUT_OF_MEMORY.text(),
                    failure);
        }
        String said = name(failure) + (failure.getMessage() == null ? "" : ": " + failure.getMessage());
        return new UnexpectedException(
                doing, said, failure instanceof IOException ? "" : Wording.FAULT.text(), failure);
    }

    private static String name(Throwable failure) {
        String simple = failure.getClass().getSimpleName();
        return simple.isEmpty() ? failure.getClass().getName() : simple;
    }
}
