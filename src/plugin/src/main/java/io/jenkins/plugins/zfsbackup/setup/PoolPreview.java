package io.jenkins.plugins.zfsbackup.setup;

import hudson.util.FormValidation;
import io.jenkins.plugins.zfsbackup.agent.AgentPools.Dataset;
import io.jenkins.plugins.zfsbackup.agent.DatasetPatterns;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which datasets of a pool a job would back up, for whoever fills the form.
 *
 * @param datasets of the pool
 * @param include patterns, separated by commas or white space; blank for all
 * @param exclude patterns of what is left out
 * @param takesSnapshots whether the job takes a snapshot first
 */
record PoolPreview(List<Dataset> datasets, String include, String exclude, boolean takesSnapshots) {

    /** Names that a line has room for. */
    private static final int MOST_NAMES = 12;

    FormValidation shown() {
        for (String pattern : DatasetPatterns.words(include)) {
            DatasetPatterns alone = new DatasetPatterns(pattern);
            if (datasets.stream().noneMatch(each -> alone.cover(each.name()))) {
                return FormValidation.error(Messages.patternMatchesNothing(pattern, names(datasets)));
            }
        }
        DatasetPatterns included = new DatasetPatterns(include);
        DatasetPatterns excluded = new DatasetPatterns(exclude);
        Predicate<Dataset> isChosen = each ->
                each.enabled() && (included.isEmpty() || included.cover(each.name())) && !excluded.cover(each.name());
        List<Dataset> chosen = datasets.stream().filter(isChosen).toList();
        if (chosen.isEmpty()) {
            return FormValidation.error(Messages.nothingChosen(names(datasets)));
        }
        int snapshots = chosen.stream().mapToInt(Dataset::snapshots).sum();
        List<FormValidation> said = new ArrayList<>();
        said.add(FormValidation.ok(Messages.chosen(chosen.size(), datasets.size(), snapshots, names(chosen))));
        if (chosen.size() < datasets.size()) {
            said.add(FormValidation.ok(Messages.leftOut(
                    names(datasets.stream().filter(isChosen.negate()).toList()))));
        }
        if (snapshots == 0 && !takesSnapshots) {
            said.add(FormValidation.warning(Messages.noSnapshots()));
        }
        return FormValidation.aggregate(said);
    }

    /** Below the pool, the pool's root dataset by its own. */
    private static String names(List<Dataset> datasets) {
        String names = datasets.stream()
                .limit(MOST_NAMES)
                .map(each -> new DatasetName(each.name()))
                .map(each -> each.belowPool().equals(".") ? each.value() : each.belowPool())
                .collect(Collectors.joining(", "));
        return datasets.size() > MOST_NAMES ? Messages.more(names, datasets.size() - MOST_NAMES) : names;
    }
}
