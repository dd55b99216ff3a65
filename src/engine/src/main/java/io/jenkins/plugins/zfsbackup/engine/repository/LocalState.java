package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What this user of this machine keeps of repositories in a folder of its own: it spares work and shows what has
 * changed behind the engine's back. Backups and restores work without it.
 */
public final class LocalState {

    private final Path folder;
    private final Consumer<String> notes;
    private final AtomicBoolean said = new AtomicBoolean();
    private final KnownBackups backups;
    private final NewestStored newest;
    private final KnownAddresses addresses;
    private final SeenBackups seen;
    private final MachineKey key;

    /**
     * @param folder where the files are; made when it is needed
     * @param notes gets a sentence, once, if nothing can be kept there
     */
    public LocalState(Path folder, Consumer<String> notes) {
        this.folder = folder;
        this.notes = notes;
        this.backups = new KnownBackups(folder, this::failed);
        this.newest = new NewestStored(folder, this::failed);
        this.addresses = new KnownAddresses(folder, this::failed);
        this.seen = new SeenBackups(folder, this::failed);
        this.key = new MachineKey(folder.resolve("machine.key"), this::failed);
    }

    /** The backups that were seen. */
    KnownBackups backups() {
        return backups;
    }

    /** The newest backup of each dataset that was seen. */
    NewestStored newest() {
        return newest;
    }

    /** Which repository was seen where. */
    KnownAddresses addresses() {
        return addresses;
    }

    /** The backups that were found whole. */
    SeenBackups seen() {
        return seen;
    }

    /** What this machine's own notes are recognized by. */
    MachineKey key() {
        return key;
    }

    private void failed(IOException e) {
        if (said.compareAndSet(false, true)) {
            notes.accept("nothing can be remembered in " + folder + " (" + Reason.of(e)
                    + "), so that each run reads all manifests again, and begins unfinished uploads anew");
        }
    }
}
