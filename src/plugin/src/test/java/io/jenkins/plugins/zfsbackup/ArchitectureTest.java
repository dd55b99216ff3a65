package io.jenkins.plugins.zfsbackup;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the plugin's code against the diagram in docs/architecture.md, so that the two can't drift apart. */
class ArchitectureTest {

    private static final String ROOT = "io.jenkins.plugins.zfsbackup.";
    private static final String ENGINE = ROOT + "engine.";

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/engine/"))
            .importPackages(ROOT.substring(0, ROOT.length() - 1));

    @Test
    void packagesUseEachOtherExactlyAsTheDiagramSays() throws IOException {
        assertEquals(arrowsInTheDiagram(), arrowsInTheCode());
    }

    /** Its libraries are not those of Jenkins, and its other rooms may change at any time. */
    @Test
    void ofTheEngineOnlyItsProtocolIsUsed() {
        noClasses()
                .should()
                .dependOnClassesThat(
                        resideInAPackage(ROOT + "engine..").and(not(resideInAPackage(ENGINE + "protocol"))))
                .check(classes);
    }

    private Map<String, Set<String>> arrowsInTheCode() {
        Map<String, Set<String>> arrows = new TreeMap<>();
        for (JavaClass each : classes) {
            Set<String> targets = arrows.computeIfAbsent(room(each), key -> new TreeSet<>());
            each.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(target -> target.getPackageName().startsWith(ROOT))
                    .map(ArchitectureTest::room)
                    .filter(target -> !target.equals(room(each)))
                    .forEach(targets::add);
        }
        return arrows;
    }

    /** The engine's rooms by their names, as the diagram has them. */
    private static String room(JavaClass each) {
        String name = each.getPackageName();
        return name.startsWith(ENGINE) ? name.substring(ENGINE.length()) : name.substring(ROOT.length());
    }

    private static Map<String, Set<String>> arrowsInTheDiagram() throws IOException {
        String page = Files.readString(Path.of("../../docs/architecture.md"));
        String block = page.split("```plugin\n", 2)[1].split("```", 2)[0];
        return block.lines()
                .map(line -> line.split("->", 2))
                .collect(Collectors.toMap(
                        parts -> parts[0].strip(),
                        parts -> Arrays.stream(parts[1].strip().split(" +"))
                                .filter(name -> !name.isEmpty())
                                .collect(Collectors.toCollection(TreeSet::new)),
                        (a, b) -> a,
                        TreeMap::new));
    }
}
