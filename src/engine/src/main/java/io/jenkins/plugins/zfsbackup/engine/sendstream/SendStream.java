package io.jenkins.plugins.zfsbackup.engine.sendstream;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a whole and undamaged send stream has been found to be.
 *
 * @param head the BEGIN record that holds a package together ({@code zfs send -I}, {@code -R}, {@code -p}); empty for a
 *     stream of a single snapshot
 * @param streams the BEGIN record of each snapshot's stream, in the order in which they are received; never empty
 * @param bytes the length of it all
 * @param records how many records there are, BEGINs and ENDs included
 * @param objection why {@code zfs receive} of today does not take it, although it is whole; empty if nothing speaks
 *     against it
 */
public record SendStream(
        Optional<Begin> head, List<Begin> streams, long bytes, long records, Optional<String> objection) {

    public SendStream {
        streams = List.copyOf(streams);
        if (streams.isEmpty()) {
            throw new IllegalArgumentException("a send stream leads to at least one snapshot");
        }
    }

    /** Whether this is a package, which may hold several streams. */
    public boolean compound() {
        return head.isPresent();
    }

    /**
     * The guid, an unsigned number, of the snapshot that must be there for this to be received; 0 if none.
     * In a package of several datasets it is that of the topmost one.
     */
    public long fromGuid() {
        return first().fromGuid();
    }

    /** The guid, an unsigned number, of the snapshot that this leads to, of the topmost dataset. */
    public long toGuid() {
        return last().toGuid();
    }

    /** The full name, where it was sent, of the snapshot that this leads to, of the topmost dataset. */
    public String toName() {
        return last().toName();
    }

    /** All that any part of this asks of the ZFS that receives it. */
    public Set<Feature> features() {
        EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
        Stream.concat(head.stream(), streams.stream()).map(Begin::features).forEach(features::addAll);
        return Collections.unmodifiableSet(features);
    }

    /** The {@link #features()} as manifests carry them, always in the same order. */
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
