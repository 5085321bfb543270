package io.roost.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.roost.preflight.director.DirectorSide;
import io.roost.preflight.probe.ProbePlace;
import io.roost.testing.CheckSides;

/** A check that was never seen to fail, or never to pass, may say anything. */
class EachCheckHasBothSidesTest {
    /** Why: from a backend it cannot be seen what a load balancer does. */
    private static final Set<String> NEVER_FINE = Set.of("source-ip-stickiness");

    private static Set<String> ids() {
        Checks.Needs needs = new Checks.Needs("/state", Path.of("/tmp"), ProbePlace.NOWHERE, List.of(), Optional.empty(),
                DirectorSide.UNKNOWN, List.of());
        return Stream.of(Checks.all(needs), Checks.forDirector(needs), Checks.forPlan()).flatMap(List::stream)
                .flatMap(check -> check.ids().stream()).collect(Collectors.toSet());
    }

    @Test
    void theTableHasEachCheckAndTheTestsThatItNames() throws Exception {
        CheckSides.assertComplete(ids(), NEVER_FINE);
        assertTrue(CheckSides.ids().containsAll(ids()));
    }

    @Test
    void aNewCheckNeedsARow() {
        AssertionError e = assertThrows(AssertionError.class, () -> CheckSides.assertComplete(Set.of("no-such-check"), Set.of()));
        assertEquals("check-sides.txt has no row for no-such-check: add tests that see it as it should be, and otherwise",
                e.getMessage());
        assertThrows(AssertionError.class, () -> CheckSides.assertComplete(Set.of("source-ip-stickiness"), Set.of()));
        assertThrows(AssertionError.class, () -> CheckSides.assertComplete(Set.of("mail-fsync"), Set.of("mail-fsync")));
    }
}
