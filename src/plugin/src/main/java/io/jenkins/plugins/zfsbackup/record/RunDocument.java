package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.agent.Fields;
import java.util.List;
import java.util.Map;

/**
 * What the archived document of a run tells, as far as lists and pages show it. It is made anew from the build's
 * artifact when it is wanted, may be forgotten at any time, and is never stored.
 *
 * @param root the fields beside the datasets
 * @param datasets one by one; of very many not all
 * @param figures of all of them
 * @param problem why there is nothing of all this; empty if there is
 */
record RunDocument(Fields root, List<DatasetRecord> datasets, RunFigures figures, String problem) {

    private static final int MOST_KEYS = 50;
    private static final int MOST_IDS = 1_000;

    RunDocument {
        datasets = List.copyOf(datasets);
    }

    /** Where there is no document, or none that can be read. */
    static RunDocument none(String problem) {
        return new RunDocument(new Fields(Map.of()), List.of(), RunFigures.none(), problem);
    }

    /** What the build kept of it before documents were read from artifacts. */
    static RunDocument kept(List<DatasetRecord> datasets, List<String> recipients, String signer, String problem) {
        RunFigures.Sum sum = new RunFigures.Sum();
        datasets.forEach(sum::add);
        return new RunDocument(
                new Fields(Map.of("recipients", recipients, "signer", signer)), datasets, sum.figures(), problem);
    }

    /** Whether this is the document of a run at all. */
    boolean isRun() {
        return !root.text("formatVersion").isEmpty() && !root.text("outcome").isEmpty();
    }

    String outcome() {
        return Outcomes.known(root.text("outcome"));
    }

    String message() {
        return root.text("message");
    }

    String started() {
        return root.text("started");
    }

    String finished() {
        return root.text("finished");
    }

    String pool() {
        return root.text("pool");
    }

    String repository() {
        return root.text("repository");
    }

    String repositoryId() {
        return root.text("repositoryId");
    }

    /** What was asked for by name, and of which nothing is stored. */
    List<String> missing() {
        return root.texts("missing", MOST_IDS);
    }

    List<String> recipients() {
        return root.texts("recipients", MOST_KEYS);
    }

    String signer() {
        return root.text("signer");
    }

    /** What a person should know about the run as a whole. */
    List<String> warnings() {
        return root.texts("warnings", DocumentReader.MOST_WARNINGS);
    }

    /** How many of the pool's datasets were chosen. */
    long chosen() {
        return root.count("chosen");
    }

    /** How many datasets the pool has; 0 if the document does not say. */
    long total() {
        return root.count("total");
    }

    /** Those that were not chosen, of very many not all. */
    List<String> notChosen() {
        return root.objects("notChosen", MOST_IDS).stream()
                .map(each -> new Fields(each).text("dataset"))
                .toList();
    }

    /** What was restored. */
    String dataset() {
        return root.text("dataset");
    }

    /** The snapshot that was restored. */
    String snapshot() {
        return root.text("snapshot");
    }

    /** The backups that were received, in their order. */
    List<String> chain() {
        return root.texts("chain", MOST_IDS);
    }
}
