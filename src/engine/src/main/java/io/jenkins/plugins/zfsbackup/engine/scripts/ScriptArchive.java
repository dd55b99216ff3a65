package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.Base;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.plan.SendPlan;
import io.jenkins.plugins.zfsbackup.engine.plan.Source;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.repository.DatasetLock;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.run.Archive;
import io.jenkins.plugins.zfsbackup.engine.run.BadBackup;
import io.jenkins.plugins.zfsbackup.engine.run.DatasetPlan;
import io.jenkins.plugins.zfsbackup.engine.run.NamedStep;
import io.jenkins.plugins.zfsbackup.engine.run.NewBackup;
import io.jenkins.plugins.zfsbackup.engine.run.ReadKeys;
import io.jenkins.plugins.zfsbackup.engine.run.RunControl;
import io.jenkins.plugins.zfsbackup.engine.run.Sizes;
import io.jenkins.plugins.zfsbackup.engine.run.StreamContext;
import io.jenkins.plugins.zfsbackup.engine.run.StreamSettings;
import io.jenkins.plugins.zfsbackup.engine.run.Subset;
import io.jenkins.plugins.zfsbackup.engine.run.Transfer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Goes on from what scripts have stored, in another form or in a layout of theirs. */
public final class ScriptArchive implements Archive {

    private final Archive others;
    private final ScriptFiles files;
    private final Optional<ScriptLayout> layout;
    /** The files that were found whole, with what there is to say about them. */
    private final Map<ScriptFile, String> whole = new ConcurrentHashMap<>();

    /**
     * @param others the form of all that no script has stored
     * @param layout how new backups are stored; empty if in the other form
     */
    public ScriptArchive(Archive others, ScriptFiles files, Optional<ScriptLayout> layout) {
        this.others = others;
        this.files = files;
        this.layout = layout;
    }

    @Override
    public Repository repository() {
        return others.repository();
    }

    @Override
    public StreamSettings settings() {
        return others.settings();
    }

    @Override
    public void claim(String pool, Collection<Dataset> datasets) throws BackupException {
        others.claim(pool, datasets);
        files.claim(
                pool,
                datasets.stream().map(each -> each.name().belowPool()).collect(Collectors.toSet()),
                layout.filter(ScriptLayout::encrypted).isPresent());
    }

    private boolean isScripts(StoredBackup backup) {
        return files.file(backup).isPresent();
    }

    @Override
    public Matched match(Dataset dataset, Source source, Listing listing) {
        List<StoredBackup> usable = listing.backups();
        if (usable.stream().noneMatch(this::isScripts)) {
            return others.match(dataset, source, listing);
        }
        List<String> notes = new ArrayList<>();
        if (dataset.encrypted()) {
            // An encrypted dataset goes raw, and ZFS receives no raw stream on what was not received raw.
            usable = usable.stream().filter(backup -> !isScripts(backup)).toList();
            notes.add("the dataset is encrypted, so that nothing builds on what an old script has stored of it");
        }
        ByName.Matched matched =
                ByName.match(usable, source, backup -> listing.storedAt(backup).orElseThrow());
        return new Matched(matched.stored(), (plan, stored) -> {
            List<String> all = new ArrayList<>(notes);
            if (plan.steps().isEmpty()) {
                unreadNewest(dataset, stored).ifPresent(all::add);
            } else {
                all.addAll(matched.notes());
                all.addAll(byNameAlone(plan, matched));
            }
            return all;
        });
    }

    private List<String> byNameAlone(SendPlan plan, ByName.Matched matched) {
        return plan.steps().stream()
                .flatMap(step -> step.base().stream())
                .map(Base::id)
                .filter(base -> matched.guids().contains(base.guid()))
                .filter(base -> matched.stored().stream()
                        .filter(backup -> backup.snapshot().guid() == base.guid())
                        .flatMap(backup -> files.file(backup).stream())
                        .anyMatch(file -> file.layout().encrypted()))
                .distinct()
                .map(base -> "@" + base.name() + " was matched by its name alone: the file that an old script has"
                        + " stored of it does not tell its guid without the decryption key")
                .toList();
    }

    /**
     * What to say where nothing is to be sent because a script has stored the newest snapshot: it is not built on, and
     * so not looked at. Who goes on in a script's layout gets files that nothing but verify reads, and knows that.
     */
    private Optional<String> unreadNewest(Dataset dataset, List<StoredBackup> stored) {
        List<Snapshot> snapshots = dataset.snapshots();
        if (layout.isPresent() || snapshots.isEmpty()) {
            return Optional.empty();
        }
        return new RestorePaths(stored)
                .way(snapshots.get(snapshots.size() - 1).guid())
                .map(RestorePaths.Way::last)
                .filter(this::isScripts)
                .map(last -> "the newest snapshot was stored by an old script, in " + last.id()
                        + ", which this run did not read: " + Wording.VERIFY_TELLS_IT.text());
    }

    /**
     * Reads the files that are built on directly: a script that died while it wrote left a file that looks like any
     * other, and its successors have built on it. The predecessors are not read again in every run; verify does that.
     */
    @Override
    public List<String> checkBases(String dataset, DatasetPlan plan, RunControl control) throws IOException, BadBackup {
        List<String> notes = new ArrayList<>(others.checkBases(dataset, plan, control));
        if (plan.stored().stream().noneMatch(this::isScripts)) {
            return notes;
        }
        RestorePaths paths = new RestorePaths(plan.stored());
        Set<List<StoredBackup>> chains = new LinkedHashSet<>();
        plan.plan().steps().stream()
                .flatMap(step -> step.base().stream())
                .forEach(base -> paths.chain(base.id().guid()).ifPresent(chains::add));
        for (List<StoredBackup> chain : chains) {
            StoredBackup last = chain.get(chain.size() - 1);
            Optional<ScriptFile> file = files.file(last);
            if (file.isPresent()) {
                String found = checkBase(dataset, file.get(), last, control);
                long before = chain.stream().filter(this::isScripts).count() - 1;
                if (!found.isEmpty() || before > 0) {
                    notes.add("this builds on " + last.id() + " of an old script, which was read and is whole" + found
                            + (before == 0 ? "" : "; the " + before + " before it in its chain were not read")
                            + ": " + Wording.VERIFY_TELLS_THEY.text());
                }
            }
        }
        return notes;
    }

    private String checkBase(String dataset, ScriptFile file, StoredBackup backup, RunControl control)
            throws IOException, BadBackup {
        if (whole.containsKey(file)) {
            return whole.get(file);
        }
        control.listener()
                .info(dataset + ": reading " + file.id() + ", " + Sizes.bytes(file.size())
                        + ", to see whether it is whole before something builds on it");
        String label = "looking at what " + dataset + " is to build on";
        try (Transfer transfer = control.transfer(dataset, file.id(), label)) {
            new ScriptStream(files, file, backup, ReadKeys.NONE).checkStored(Subset.ALL, transfer);
        } catch (IntegrityException e) {
            throw new BadBackup(file.id(), e);
        }
        whole.put(
                file,
                file.layout().encrypted()
                        ? "; whether the stream inside is, too, only the decryption key can show"
                        : "");
        return whole.get(file);
    }

    /** What other runs have left in the layout goes first: what is published until then is in the listing. */
    @Override
    public Listing settled(DatasetLock lock) throws BackupException {
        if (layout.isPresent()) {
            lock.check();
            files.removeUnfinished(layout.get(), new DatasetName(lock.dataset()));
        }
        return others.settled(lock);
    }

    @Override
    public boolean tellsGuids() {
        return layout.map(each -> !each.encrypted()).orElseGet(others::tellsGuids);
    }

    /** The scripts sent without. */
    @Override
    public boolean takesLargeBlocks(List<StoredBackup> stored) {
        return layout.isEmpty() && stored.stream().noneMatch(this::isScripts) && others.takesLargeBlocks(stored);
    }

    @Override
    public NamedStep.Named name(Dataset dataset, DatasetPlan plan, Listing listing) {
        return layout.isEmpty()
                ? others.name(dataset, plan, listing)
                : new ScriptNames(layout.get(), dataset, plan, listing).named();
    }

    @Override
    public NewBackup begin(StreamContext context, RunControl control, Transfer transfer) throws BackupException {
        if (layout.isEmpty()) {
            return others.begin(context, control, transfer);
        }
        layout.get()
                .caution(context.named().id())
                .ifPresent(caution -> control.listener().warn(context.dataset().name() + ": " + caution));
        files.expect();
        return new ScriptBackup(repository(), settings(), layout.get(), context, transfer);
    }
}
