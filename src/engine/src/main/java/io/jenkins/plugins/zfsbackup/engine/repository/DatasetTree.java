package io.jenkins.plugins.zfsbackup.engine.repository;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a look at all of a repository's directories has found.
 *
 * @param datasets the names of those that have a backup; sorted
 * @param unreadable why nothing can be said of a place, by the name that a dataset there would have
 * @param unfinished where unfinished uploads of the native layout lie below the root, by dataset
 */
public record DatasetTree(
        List<String> datasets, SortedMap<String, String> unreadable, SortedMap<String, List<String>> unfinished) {

    public DatasetTree {
        datasets = List.copyOf(datasets);
        unreadable = Collections.unmodifiableSortedMap(new TreeMap<>(unreadable));
        unfinished = Collections.unmodifiableSortedMap(new TreeMap<>(unfinished));
    }

    /** The names of all that something can be said of, what can't be read in its place among them; sorted. */
    public List<String> places() {
        TreeSet<String> all = new TreeSet<>(datasets);
        all.addAll(unreadable.keySet());
        return new ArrayList<>(all);
    }

    /** The tree with more datasets. */
    DatasetTree with(Iterable<String> more) {
        TreeSet<String> all = new TreeSet<>(datasets);
        more.forEach(all::add);
        return new DatasetTree(List.copyOf(all), unreadable, unfinished);
    }
}
