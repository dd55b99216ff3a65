package io.jenkins.plugins.zfsbackup.engine.sendstream;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The properties of a complete and undamaged send stream.
 *
 * @param head the BEGIN record of a package ({@code zfs send -I}, {@code -R}, {@code -p}); empty for a stream of a
 *     single snapshot
 * @param streams the BEGIN record of each snapshot's stream, in the order in which they are received; never empty
 * @param bytes the length of the whole stream
 * @param records the number of records, including BEGIN and END records
 * @param objection why current versions of {@code zfs receive} do not accept the stream although it is complete; empty
 *     if nothing speaks against it
 */
public record SendStream(
        Optional<Begin> head, List<Begin> streams, long bytes, long records, Optional<String> objection) {

    public SendStream {
        streams = List.copyOf(streams);
        if (streams.isEmpty()) {
            throw new IllegalArgumentException("a send stream leads to at least one snapshot");
        }
    }

    /** Whether this is a package, which may contain several streams. */
    public boolean compound() {
        return head.isPresent();
    }

    /**
     * The guid, an unsigned number, of the snapshot that must exist before this stream can be received; 0 if none. In a
     * package of several datasets it is that of the topmost dataset.
     */
    public long fromGuid() {
        return first().fromGuid();
    }

    /**
     * The guid, an unsigned number, of the last snapshot of the stream; in a package of several datasets, of the
     * topmost dataset.
     */
    public long toGuid() {
        return last().toGuid();
    }

    /**
     * The full name, where it was sent, of the last snapshot of the stream; in a package of several datasets, of the
     * topmost dataset.
     */
    public String toName() {
        return last().toName();
    }

    /** All features that any part of this stream requires of the receiving ZFS. */
    public Set<Feature> features() {
        EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
        Stream.concat(head.stream(), streams.stream()).map(Begin::features).forEach(features::addAll);
        return Collections.unmodifiableSet(features);
    }

    /** The {@link #features()} as manifests contain them, always in the same order. */
    public List<String> featureLabels() {
        return features().stream().map(Feature::label).toList();
    }

    private Begin first() {
        return ofTopmostDataset().get(0);
    }

    private Begin last() {
        List<Begin> own = ofTopmostDataset();
        return own.get(own.size() - 1);
    }

    private List<Begin> ofTopmostDataset() {
        String topmost = head.orElse(streams.get(0)).dataset();
        List<Begin> own = streams.stream()
                .filter(stream -> stream.dataset().equals(topmost))
                .toList();
        return own.isEmpty() ? streams : own;
    }
}
