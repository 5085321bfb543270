package io.roost.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;

/** Which way the packages of cli may depend on each other, and who knows the terminal library. */
class ArchitectureOfCliTest {
    private static final JavaClasses CLASSES = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.roost.cli");

    @Test
    void onlyOneClassKnowsJLine() {
        noClasses().that().doNotHaveFullyQualifiedName("io.roost.cli.tui.TuiTerminal").should().dependOnClassesThat()
                .resideInAnyPackage("org.jline..").check(CLASSES);
    }

    @Test
    void screensKnowTheControlSocketAndNotTheOtherWayRound() {
        noClasses().that().resideInAPackage("io.roost.cli.control..").should().dependOnClassesThat()
                .resideInAnyPackage("io.roost.cli", "io.roost.cli.tui..", "picocli..").check(CLASSES);
        noClasses().that().resideInAPackage("io.roost.cli.tui..").should().dependOnClassesThat()
                .resideInAnyPackage("io.roost.cli", "io.roost.engine..", "io.roost.checkpoint..", "picocli..").check(CLASSES);
        noClasses().that().resideInAPackage("io.roost.cli.screen..").should().dependOnClassesThat()
                .resideInAnyPackage("io.roost.cli", "io.roost.cli.tui..", "io.roost.cli.control..").check(CLASSES);
    }

    @Test
    void rulesCanFail() {
        assertThrows(AssertionError.class, () -> noClasses().that().resideInAPackage("io.roost.cli.tui..").should()
                .dependOnClassesThat().resideInAPackage("io.roost.cli.control..").check(CLASSES));
    }
}
