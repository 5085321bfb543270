package io.roost;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The packages of migrate-core and which way they may depend on each other. */
class ArchitectureTest {
    /** Each package with those it may use; {@code io.roost.} left out. */
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry("posix", List.of()),
            Map.entry("dovecot", List.of("posix")),
            Map.entry("index", List.of("dovecot", "posix")),
            Map.entry("maildir", List.of("index", "dovecot", "posix")),
            Map.entry("mdbox", List.of("index", "dovecot", "posix")),
            Map.entry("checkpoint", List.of("dovecot", "posix")),
            Map.entry("throttle", List.of("posix")),
            Map.entry("director", List.of("dovecot", "posix")),
            Map.entry("gate", List.of("dovecot", "posix")),
            Map.entry("preflight", List.of("director", "checkpoint", "maildir", "dovecot", "posix")),
            Map.entry("migrate", List.of("checkpoint", "mdbox", "maildir", "index", "dovecot", "posix")),
            Map.entry("cutover", List.of("migrate", "gate", "director", "checkpoint", "mdbox", "maildir", "index", "dovecot", "posix")),
            Map.entry("aftercare", List.of("migrate", "gate", "checkpoint", "mdbox", "maildir", "index", "dovecot", "posix")),
            Map.entry("engine", List.of("migrate", "preflight", "throttle", "checkpoint", "mdbox", "maildir", "index",
            "dovecot", "posix")));

    private static final JavaClasses CLASSES = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.roost");

    @TestFactory
    List<DynamicTest> packagesDependDownwardsOnly() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Map.Entry<String, List<String>> entry : MAY_USE.entrySet()) {
            String[] others = MAY_USE.keySet().stream()
                    .filter(other -> !other.equals(entry.getKey()) && !entry.getValue().contains(other))
                    .map(other -> "io.roost." + other + "..").toArray(String[]::new);
            if (others.length > 0) {
                tests.add(DynamicTest.dynamicTest(entry.getKey(), () -> noClasses().that()
                        .resideInAPackage("io.roost." + entry.getKey() + "..").should().dependOnClassesThat()
                        .resideInAnyPackage(others)
                        .allowEmptyShould(true).check(CLASSES)));
            }
        }
        return tests;
    }

    @Test
    void everyPackageIsInTheTable() {
        String[] known = MAY_USE.keySet().stream().map(name -> "io.roost." + name + "..").toArray(String[]::new);
        noClasses().should().resideOutsideOfPackages(known).check(CLASSES);
    }

    @Test
    void noCycles() {
        slices().matching("io.roost.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyPosixCallsTheSystem() {
        outside("io.roost.posix..", "jnr..").check(CLASSES);
    }

    @Test
    void onlyCheckpointKnowsTheStore() {
        outside("io.roost.checkpoint..", "org.lmdbjava..").check(CLASSES);
    }

    @Test
    void nobodyPrintsOrParsesArguments() {
        GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CLASSES);
        noClasses().should().dependOnClassesThat().resideInAnyPackage("picocli..", "org.jline..").check(CLASSES);
    }

    /** The rules see something: dovecot does use posix, and this very class is kept out. */
    @Test
    void rulesCanFail() {
        assertThrows(AssertionError.class, () -> noClasses().that().resideInAPackage("io.roost.dovecot..").should()
                .dependOnClassesThat().resideInAPackage("io.roost.posix..").check(CLASSES));
        assertThrows(AssertionError.class, () -> outside("io.roost.dovecot..", "jnr..").check(CLASSES));
        assertFalse(CLASSES.contain(ArchitectureTest.class));
    }

    private static ArchRule outside(String home, String... libraries) {
        return noClasses().that().resideOutsideOfPackage(home).should().dependOnClassesThat().resideInAnyPackage(libraries);
    }
}
