package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.NotChosen;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.NotChosen.Reason;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a filter chooses of a pool, and what it does not. A pattern that matches no dataset is a mistake that somebody
 * has to see: a typo would leave datasets without a backup for good.
 *
 * @param chosen the datasets to back up
 * @param notChosen the others, each with the reason
 * @param includesWithoutMatch patterns that match no dataset of the pool, whether enabled or not
 * @param excludesWithoutMatch likewise
 */
record DatasetChoice(
        List<Dataset> chosen,
        List<NotChosen> notChosen,
        List<String> includesWithoutMatch,
        List<String> excludesWithoutMatch) {

    /** Names that a line for people has room for. */
    private static final int NAMES_IN_A_LINE = 10;

    DatasetChoice {
        chosen = List.copyOf(chosen);
        notChosen = List.copyOf(notChosen);
        includesWithoutMatch = List.copyOf(includesWithoutMatch);
        excludesWithoutMatch = List.copyOf(excludesWithoutMatch);
    }

    /** @param all of the pool */
    static DatasetChoice of(DatasetFilter filter, List<Dataset> all) {
        List<DatasetPattern> include =
                filter.include().stream().map(DatasetPattern::parse).toList();
        List<DatasetPattern> exclude =
                filter.exclude().stream().map(DatasetPattern::parse).toList();
        List<Dataset> chosen = new ArrayList<>();
        List<NotChosen> notChosen = new ArrayList<>();
        for (Dataset dataset : all) {
            Optional<Reason> reason = reason(dataset, include, exclude);
            if (reason.isPresent()) {
                notChosen.add(new NotChosen(dataset.name().value(), reason.get()));
            } else {
                chosen.add(dataset);
            }
        }
        return new DatasetChoice(chosen, notChosen, withoutMatch(include, all), withoutMatch(exclude, all));
    }

    private static Optional<Reason> reason(
            Dataset dataset, List<DatasetPattern> include, List<DatasetPattern> exclude) {
        String name = dataset.name().belowPool();
        if (!include.isEmpty() && include.stream().noneMatch(pattern -> pattern.covers(name))) {
            return Optional.of(Reason.NOT_INCLUDED);
        }
        if (exclude.stream().anyMatch(pattern -> pattern.covers(name))) {
            return Optional.of(Reason.EXCLUDED);
        }
        if (!dataset.enabled()) {
            return Optional.of(Reason.DISABLED);
        }
        return dataset.restored() ? Optional.of(Reason.RESTORED) : Optional.empty();
    }

    private static List<String> withoutMatch(List<DatasetPattern> patterns, List<Dataset> all) {
        return patterns.stream()
                .filter(pattern -> all.stream()
                        .noneMatch(each -> pattern.covers(each.name().belowPool())))
                .map(DatasetPattern::text)
                .toList();
    }

    /** The same choice, with what was done to the chosen datasets since. */
    DatasetChoice withChosen(List<Dataset> datasets) {
        return new DatasetChoice(datasets, notChosen, includesWithoutMatch, excludesWithoutMatch);
    }

    int total() {
        return chosen.size() + notChosen.size();
    }

    /** How many were chosen, and which not, as a line for people. */
    String line(String pool) {
        String counts =
                pool + ": " + chosen.size() + " of " + total() + (total() == 1 ? " dataset" : " datasets") + " chosen";
        return notChosen.isEmpty()
                ? counts
                : counts + "; not chosen: " + few(notChosen, each -> below(each.dataset()) + suffix(each.reason()));
    }

    private static String below(String dataset) {
        return new DatasetName(dataset).belowPool();
    }

    private static String suffix(Reason reason) {
        return switch (reason) {
            case DISABLED -> " (zfsbackup:enabled=false)";
            case RESTORED -> " (a restored copy, see zfsbackup:restored)";
            case NOT_INCLUDED, EXCLUDED -> "";
        };
    }

    private static <T> String few(List<T> all, Function<T, String> text) {
        int shown = all.size() > NAMES_IN_A_LINE + 1 ? NAMES_IN_A_LINE : all.size();
        String first = all.stream().limit(shown).map(text).collect(Collectors.joining(", "));
        return shown == all.size() ? first : first + " and " + (all.size() - shown) + " more";
    }

    /**
     * Why the choice is not what was wished, and what to do; empty if every pattern matches and something is chosen.
     */
    Optional<String> failure(String pool) {
        if (!includesWithoutMatch.isEmpty()) {
            return Optional.of("choosing datasets of " + pool + ": no dataset matches " + quoted(includesWithoutMatch)
                    + ". Patterns are for names below the pool; there are " + few(names(), Function.identity()) + ".");
        }
        if (chosen.isEmpty()) {
            return Optional.of("no dataset of " + pool
                    + " is chosen: look at include, exclude, zfsbackup:enabled and zfsbackup:restored. There are "
                    + few(notChosen, each -> below(each.dataset()) + suffix(each.reason())) + ".");
        }
        return Optional.empty();
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        chosen.forEach(each -> names.add(each.name().belowPool()));
        notChosen.forEach(each -> names.add(below(each.dataset())));
        return names.stream().sorted().toList();
    }

    /** What somebody should look at although nothing fails for it. */
    List<String> warnings() {
        return excludesWithoutMatch.isEmpty()
                ? List.of()
                : List.of("no dataset matches " + quoted(excludesWithoutMatch) + " of exclude: is that a typo?");
    }

    private static String quoted(List<String> patterns) {
        return few(patterns, pattern -> "'" + pattern + "'");
    }
}
