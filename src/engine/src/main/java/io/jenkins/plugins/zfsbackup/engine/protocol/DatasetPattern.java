package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A pattern for datasets by their name below the pool: {@code *} stands for anything within a part, {@code ?} for one
 * character of it, {@code **} for anything at all, {@code .} for the pool's root dataset. It covers each dataset that
 * it matches with all that is below; with a slash at its end, each alone.
 *
 * @param text as it was given
 * @param regex matches the names
 * @param alone whether what is below a match is not covered
 */
public record DatasetPattern(String text, Pattern regex, boolean alone) {

    /** The patterns in a list, or names in one, separated by commas or white space. */
    public static List<String> words(String text) {
        return Arrays.stream(text.split("[,\\s]+"))
                .filter(each -> !each.isEmpty())
                .toList();
    }

    /** @param text as written by a person */
    public static DatasetPattern parse(String text) {
        boolean alone = text.endsWith("/");
        String glob = alone ? text.substring(0, text.length() - 1) : text;
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
        return new DatasetPattern(text, Pattern.compile(regex.toString()), alone);
    }

    /**
     * Whether it stands for this dataset.
     *
     * @param name below the pool
     */
    public boolean covers(String name) {
        if (regex.matcher(name).matches()) {
            return true;
        }
        for (int slash = name.lastIndexOf('/'); !alone && slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
            if (regex.matcher(name.substring(0, slash)).matches()) {
                return true;
            }
        }
        return false;
    }
}
