package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.stream.StreamUpload;
import java.io.IOException;

/** A backup that is being stored. It does not exist for anybody else until it is published. */
public interface NewBackup {

    /**
     * Stores the stream; when this returns, the storage has confirmed every byte, the producer has ended well, and the
     * stream's END record was seen and agrees.
     *
     * @return what the stream says of itself
     * @throws IOException the first failure, as a {@link BackupException}
     */
    SendStream store(StreamUpload.Producer producer) throws IOException;

    /** Ends {@link #store} from another thread. */
    void cancel();

    /** Makes it exist, after it was stored. */
    StoredBackup publish() throws IOException;

    /** Whether a later run can use what was stored of it. */
    boolean resumable();

    /** Removes what was stored of it. */
    void abandon() throws BackupException;
}
