package io.jenkins.plugins.zfsbackup.engine;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the code against the diagram in docs/architecture.md, so that the two can't drift apart. */
class ArchitectureTest {

    private static final String ROOT = "io.jenkins.plugins.zfsbackup.engine.";

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT.substring(0, ROOT.length() - 1));

    @Test
    void packagesUseEachOtherExactlyAsTheDiagramSays() throws IOException {
        assertThat(arrowsInTheCode()).isEqualTo(arrowsInTheDiagram());
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

    private static String room(JavaClass each) {
        return each.getPackageName().substring(ROOT.length());
    }

    private static Map<String, Set<String>> arrowsInTheDiagram() throws IOException {
        String page = Files.readString(Path.of("../../docs/architecture.md"));
        String block = page.split("```rooms\n", 2)[1].split("```", 2)[0];
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

    @Test
    void onlyOpenpgpKnowsBouncyCastle() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "openpgp")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bouncycastle..")
                .check(classes);
    }

    @Test
    void onlySftpKnowsJsch() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "storage.sftp")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.jcraft..")
                .check(classes);
    }

    @Test
    void onlyZfsRunsPrograms() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "zfs")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(ProcessBuilder.class, Process.class)
                .check(classes);
    }

    /** What others have written passes through it before anybody sees it. */
    @Test
    void onlyLinePrinterPrints() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + "cli.LinePrinter")
                .should()
                .callMethodWhere(target(owner(assignableTo(PrintStream.class).or(assignableTo(PrintWriter.class))))
                        .and(target(nameMatching("print.*|format|append"))))
                .orShould()
                .callMethodWhere(target(nameMatching("printStackTrace")))
                .check(classes);
    }

    /** What an exception says may be null. */
    @Test
    void whatErrorsSayIsAskedOfReason() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(Reason.class, UnexpectedException.class)
                .should()
                .callMethodWhere(target(nameMatching("getMessage|getLocalizedMessage"))
                        .and(target(owner(assignableTo(Throwable.class))))
                        .and(not(target(owner(assignableTo(BackupException.class))))))
                .check(classes);
    }

    @Test
    void onlyMainEndsTheProcess() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + "cli.Main")
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(classes);
    }
}
