package io.jenkins.plugins.zfsbackup.setup;

import hudson.util.FormValidation;
import io.jenkins.plugins.zfsbackup.agent.AgentPools.Dataset;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetPattern;
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
        List<DatasetPattern> included = patterns(include);
        List<DatasetPattern> excluded = patterns(exclude);
        for (DatasetPattern pattern : included) {
            if (datasets.stream().noneMatch(each -> isCovered(List.of(pattern), each))) {
                return FormValidation.error(Messages.patternMatchesNothing(pattern.text(), names(datasets)));
            }
        }
        Predicate<Dataset> isChosen = each ->
                each.enabled() && (included.isEmpty() || isCovered(included, each)) && !isCovered(excluded, each);
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

    private static List<DatasetPattern> patterns(String text) {
        return DatasetPattern.words(text).stream().map(DatasetPattern::parse).toList();
    }

    private static boolean isCovered(List<DatasetPattern> patterns, Dataset dataset) {
        String name = new DatasetName(dataset.name()).belowPool();
        return patterns.stream().anyMatch(each -> each.covers(name));
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
