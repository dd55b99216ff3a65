package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PropertyResourceBundle;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever a page, a form or a message says in English, it says in German. */
class TranslationTest {

    private static final Path RESOURCES = Path.of("src/main/resources");

    /** {@code ${%key}} or {@code ${%key(arguments)}}, as Stapler reads it: a bracket begins the arguments. */
    private static final Pattern KEY = Pattern.compile("\\$\\{%([^(}]+)(\\([^}]*\\))?}");

    private static final Pattern ARGUMENT = Pattern.compile("\\{(\\d)");

    @Test
    void everyTextOfAPageOrFormIsTranslated() throws Exception {
        List<String> faults = new ArrayList<>();
        for (Path page : files(".jelly")) {
            Set<String> keys = new TreeSet<>();
            Matcher matcher = KEY.matcher(Files.readString(page));
            while (matcher.find()) {
                keys.add(matcher.group(1));
            }
            String base = page.toString().replaceAll("\\.jelly$", "");
            Set<String> german = keys(Path.of(base + "_de.properties"));
            keys.stream()
                    .filter(key -> !german.contains(key))
                    .forEach(key -> faults.add(page + " has no German for: " + key));
            german.stream()
                    .filter(key -> !keys.contains(key))
                    .forEach(key -> faults.add(page + " does not say: " + key));
            keys(Path.of(base + ".properties")).stream()
                    .filter(key -> !keys.contains(key))
                    .forEach(key -> faults.add(page + " does not say: " + key));
        }
        assertEquals(List.of(), faults);
    }

    @Test
    void everyMessageIsTranslatedWithItsArguments() throws Exception {
        List<String> faults = new ArrayList<>();
        List<Path> english = files("Messages.properties");
        assertTrue(english.size() >= 6, english.toString());
        for (Path file : english) {
            PropertyResourceBundle one = bundle(file);
            PropertyResourceBundle other = bundle(file.resolveSibling("Messages_de.properties"));
            assertEquals(one.keySet(), other.keySet(), file.toString());
            for (String key : one.keySet()) {
                if (!arguments(one.getString(key)).equals(arguments(other.getString(key)))) {
                    faults.add(file + " " + key + " has other arguments in German");
                }
                if (other.getString(key).matches(".*(^|[^'])'([^']|$).*")) {
                    faults.add(file + " " + key + " has a lone quote");
                }
            }
        }
        assertEquals(List.of(), faults);
    }

    @Test
    void everyHelpPageIsTranslated() throws Exception {
        for (Path help : files(".html")) {
            String name = help.getFileName().toString();
            if (!name.endsWith("_de.html")) {
                assertTrue(Files.exists(help.resolveSibling(name.replace(".html", "_de.html"))), help.toString());
            }
        }
    }

    private static Set<String> arguments(String text) {
        Set<String> found = new HashSet<>();
        Matcher matcher = ARGUMENT.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static List<Path> files(String end) throws IOException {
        try (Stream<Path> files = Files.walk(RESOURCES)) {
            return files.filter(each -> each.toString().endsWith(end)).toList();
        }
    }

    private static Set<String> keys(Path file) throws IOException {
        return Files.exists(file) ? bundle(file).keySet() : Set.of();
    }

    private static PropertyResourceBundle bundle(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new PropertyResourceBundle(in);
        }
    }
}
