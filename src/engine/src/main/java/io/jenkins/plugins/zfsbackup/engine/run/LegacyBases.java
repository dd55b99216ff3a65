package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.Policy;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyFile;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.repository.StreamInside;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.stream.LegacyDownload;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plans on what old scripts have stored only after a look at the file that is built on: a script that died while it
 * wrote left a file that looks like any other, and its successors have built on it. The file's predecessors are not
 * read again in every run; verify does that.
 */
final class LegacyBases {

    private final Repository repository;
    private final RunListener listener;
    private final Cancellation cancellation;
    /** What was found good, with what there is to say about it. */
    private final Map<LegacyFile, String> good = new LinkedHashMap<>();

    private final Map<String, String> bad = new LinkedHashMap<>();

    LegacyBases(Repository repository, RunListener listener, Cancellation cancellation) {
        this.repository = repository;
        this.listener = listener;
        this.cancellation = cancellation;
    }

    /** The plan on what is stored and, as far as it is built on, whole. */
    DatasetPlan plan(Policy policy, Dataset dataset, Listing listing) throws IOException {
        Listing usable = without(listing);
        while (true) {
            DatasetPlan plan = DatasetPlan.of(policy, dataset, usable);
            Map<String, LegacyFile> files = usable.legacy();
            List<List<StoredBackup>> chains = plan.legacyBases();
            List<LegacyFile> unread = chains.stream()
                    .map(chain -> files.get(last(chain).id()))
                    .filter(file -> !good.containsKey(file))
                    .toList();
            if (unread.isEmpty()) {
                return plan.with(chains.stream()
                        .map(chain ->
                                caution(chain, good.get(files.get(last(chain).id()))))
                        .filter(caution -> !caution.isEmpty())
                        .toList());
            }
            look(dataset.name().value(), unread.get(0));
            usable = without(asBefore(listing, repository.listing(listing.dataset())));
        }
    }

    /** What is known to be of no use is of none in a newer listing either. */
    private static Listing asBefore(Listing before, Listing now) {
        Map<String, BackupProblem> problems = new LinkedHashMap<>();
        before.damaged()
                .forEach(each -> problems.put(
                        each.id(),
                        new BackupProblem(each.why(), each.remembered().isPresent())));
        return now.without(problems);
    }

    private Listing without(Listing listing) {
        Listing rest = listing;
        for (Map.Entry<String, String> each : bad.entrySet()) {
            rest = rest.without(each.getKey(), each.getValue());
        }
        return rest;
    }

    private static StoredBackup last(List<StoredBackup> chain) {
        return chain.get(chain.size() - 1);
    }

    private static String caution(List<StoredBackup> chain, String found) {
        long before = chain.subList(0, chain.size() - 1).stream()
                .filter(StoredBackup::legacy)
                .count();
        String unread = before == 0 ? "" : "the " + before + " before it in its chain were not read";
        if (found.isEmpty() && unread.isEmpty()) {
            return "";
        }
        return "this builds on " + last(chain).id() + " of an old script, which was read and is whole"
                + (found.isEmpty() ? "" : "; " + found)
                + (unread.isEmpty() ? "" : "; " + unread)
                + ": " + Wording.VERIFY_TELLS_THEY.text();
    }

    private void look(String dataset, LegacyFile file) throws IOException {
        listener.info(dataset + ": reading " + file.id() + ", " + Sizes.bytes(file.size())
                + ", to see whether it is whole before something builds on it");
        LegacyDownload download = new LegacyDownload(
                repository,
                message -> message,
                "looking at what " + dataset + " is to build on",
                bytes -> listener.moved(dataset, bytes));
        listener.begin(dataset, file.id(), 0);
        try (Cancellation.Registration registration = cancellation.onCancel(download::cancel)) {
            if (file.name().layout() == Layout.FLAT_GPG) {
                download.checkOutside(file);
                good.put(file, "whether the stream inside is, too, only the decryption key can show");
            } else {
                SendStream stream = download.check(file).stream();
                repository.learn(file, StreamInside.of(stream));
                Receivable.require(stream, "looking at " + file.id());
                good.put(file, "");
            }
        } catch (IntegrityException e) {
            bad.put(file.id(), e.said());
        } finally {
            listener.end(dataset);
        }
    }
}
