package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which datasets of a pool are meant. A pattern is a name below the pool, in which {@code *} stands for anything within a
 * part and {@code **} for anything at all; {@code .} is the pool's root dataset.
 *
 * @param include at least one must match, if there are any
 * @param exclude none may match
 */
public record DatasetFilter(List<String> include, List<String> exclude) {

    /** Everything that is enabled. */
    public static final DatasetFilter ALL = new DatasetFilter(List.of(), List.of());

    public DatasetFilter {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    /** Whether the dataset is meant; never if its user property {@code zfsbackup:enabled} says no. */
    public boolean accepts(Dataset dataset) {
        String name = dataset.name().belowPool();
        return dataset.enabled()
                && (include.isEmpty() || include.stream().anyMatch(glob -> matches(glob, name)))
                && exclude.stream().noneMatch(glob -> matches(glob, name));
    }

    static boolean matches(String glob, String name) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (c == '*' && i + 1 < glob.length() && glob.charAt(i + 1) == '*') {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.matches(regex.toString(), name);
    }
}
