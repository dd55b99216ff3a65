package io.jenkins.plugins.zfsbackup.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The fields of an untrusted JSON object, each brought to the form it must have: bounded, without control characters.
 */
public record Fields(Map<String, Object> values) {

    private static final int LONGEST = 2_000;
    private static final long LARGEST = 1L << 60;

    /** The fields of a value; none if it is no object. */
    @SuppressWarnings("unchecked")
    public static Fields of(Object value) {
        return new Fields(value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of());
    }

    /** A text, at most 2,000 characters of it, control characters replaced; empty if there is none. */
    public String text(String name) {
        return values.get(name) instanceof String text ? plain(text) : "";
    }

    /** The fields of an object; none if there is no such object. */
    public Fields object(String name) {
        return of(values.get(name));
    }

    /** A number that counts something; 0 if there is none, or none that could be true. */
    public long count(String name) {
        return values.get(name) instanceof Number number ? Math.max(0, Math.min(LARGEST, number.longValue())) : 0;
    }

    /** A number of seconds or the like; 0 if there is none, or none that could be true. */
    public double decimal(String name) {
        if (values.get(name) instanceof Number number) {
            double value = number.doubleValue();
            return value >= 0 && value < 1e12 ? value : 0;
        }
        return 0;
    }

    /** The texts in an array, at most so many. */
    public List<String> texts(String name, int most) {
        List<String> texts = new ArrayList<>();
        if (values.get(name) instanceof List<?> list) {
            list.stream().filter(String.class::isInstance).limit(most).forEach(each -> texts.add(plain((String) each)));
        }
        return texts;
    }

    /** The objects in an array, at most so many. */
    @SuppressWarnings("unchecked")
    public List<Map<String, Object>> objects(String name, int most) {
        List<Map<String, Object>> objects = new ArrayList<>();
        if (values.get(name) instanceof List<?> list) {
            list.stream()
                    .filter(Map.class::isInstance)
                    .limit(most)
                    .forEach(each -> objects.add((Map<String, Object>) each));
        }
        return objects;
    }

    private static String plain(String text) {
        String bounded = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
        return bounded.replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "?");
    }
}
