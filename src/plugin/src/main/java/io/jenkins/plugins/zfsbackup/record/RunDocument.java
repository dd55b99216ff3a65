package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.agent.AgentJson;
import io.jenkins.plugins.zfsbackup.engine.protocol.RestoreResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Result;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * The archived document of a run, read within bounds. It is read anew from the build's artifact when it is wanted, may
 * be forgotten at any time, and is never stored.
 *
 * @param result the document; of very many datasets and backups not all are in it
 * @param datasets those of the document, one by one
 * @param figures of all datasets and backups
 * @param problem why there is nothing of all this; empty if there is
 */
record RunDocument(Optional<Result> result, List<DatasetView> datasets, RunFigures figures, String problem) {

    RunDocument {
        datasets = List.copyOf(datasets);
    }

    /** Where there is no document, or none that can be read. */
    static RunDocument none(String problem) {
        return new RunDocument(Optional.empty(), List.of(), RunFigures.none(), problem);
    }

    /**
     * Reads a document.
     *
     * @param kind of result that it should be
     * @throws io.jenkins.plugins.zfsbackup.agent.JsonException if it is no JSON object
     */
    static RunDocument read(InputStream document, Class<? extends Result> kind) throws IOException {
        Tally tally = new Tally();
        Result result = AgentJson.read(document, kind, tally);
        if (result instanceof RestoreResult restored) {
            tally.add(restored);
        }
        return new RunDocument(Optional.of(result), tally.datasets(), tally.figures(), "");
    }

    /** The document, if it is of that kind. */
    <R> Optional<R> as(Class<R> kind) {
        return result.filter(kind::isInstance).map(kind::cast);
    }
}
