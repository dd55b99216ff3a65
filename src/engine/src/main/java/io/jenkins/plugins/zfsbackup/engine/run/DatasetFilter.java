package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetPattern;
import java.util.List;

/**
 * Which datasets of a pool are meant, by patterns ({@link DatasetPattern}).
 *
 * @param include at least one must cover a dataset, if there are any
 * @param exclude none may cover it
 */
public record DatasetFilter(List<String> include, List<String> exclude) {

    /** Everything that is enabled. */
    public static final DatasetFilter ALL = new DatasetFilter(List.of(), List.of());

    public DatasetFilter {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }
}
