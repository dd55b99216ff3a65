package io.jenkins.plugins.zfsbackup.agent;

import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The patterns of {@code include} or {@code exclude}, which the engine's own classes read. */
public final class DatasetPatterns {

    private static final String PATTERN = "io.jenkins.plugins.zfsbackup.engine.run.DatasetPattern";

    private final List<Object> patterns = new ArrayList<>();

    /** @param text patterns separated by commas or white space */
    public DatasetPatterns(String text) {
        for (String each : words(text)) {
            patterns.add(call("parse", String.class, null, each));
        }
    }

    /** The patterns in a text, separated by commas or white space. */
    public static List<String> words(String text) {
        return Arrays.stream(text.split("[,\\s]+"))
                .filter(each -> !each.isEmpty())
                .toList();
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return patterns.isEmpty();
    }

    /** Whether one of them stands for a dataset, given with its pool. */
    public boolean cover(String dataset) {
        String name = new DatasetName(dataset).belowPool();
        return patterns.stream().anyMatch(each -> (boolean) call("covers", String.class, each, name));
    }

    private static Object call(String method, Class<?> type, Object target, Object argument) {
        try {
            return ControllerEngine.load(PATTERN).getMethod(method, type).invoke(target, argument);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The engine in this plugin is another version: " + e.getMessage(), e);
        }
    }
}
