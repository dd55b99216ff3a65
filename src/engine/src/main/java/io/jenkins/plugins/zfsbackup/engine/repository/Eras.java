package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers the eras of what is stored under one dataset's name. Each pool counts transaction groups of its own, so that
 * they order the snapshots of one dataset, and not those of a dataset that was restored into a new pool, or made anew
 * under the same name. Which of two datasets came later is told by the order in which their backups were published, not
 * by a clock.
 */
final class Eras {

    private Eras() {}

    /** The backups, each with its snapshots in the era of its dataset; eras begin at 1. */
    static List<StoredBackup> number(List<StoredBackup> backups) {
        Map<Long, Long> last = new HashMap<>();
        backups.forEach(backup -> last.merge(backup.datasetGuid(), backup.sequence(), Math::max));
        List<Long> datasets = new ArrayList<>(last.keySet());
        datasets.sort(Comparator.<Long, Long>comparing(last::get).thenComparing(Long::compareUnsigned));
        Map<Long, Integer> eras = new HashMap<>();
        datasets.forEach(dataset -> eras.put(dataset, eras.size() + 1));
        return backups.stream()
                .map(backup -> backup.withSnapshots(id -> id.in(eras.get(backup.datasetGuid()))))
                .toList();
    }
}
