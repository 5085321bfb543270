package io.roost.cli.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.cli.hostchange.MovingUsers.With;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

/** A real director and two real backends with list indexes in memory, between which a user goes to and fro. */
@RequiresDovecot
@Requires(Ability.ROOT)
class MovingUsersTest {
    private static final int MOVES = 10;

    /** Or the other tests here would test nothing. */
    @Test
    void withoutHostChangeListsAreWrong() throws IOException {
        try (MovingUsers site = new MovingUsers(With.NOTHING, true, "anna")) {
            WanderingUser user = new WanderingUser(site.cluster, "anna", 1);
            user.wander(6);
            assertFalse(user.wrong().isEmpty(), "of " + user.answers() + " answers");
        }
    }

    @Test
    void throughTheFlushSocket() throws IOException {
        try (MovingUsers site = new MovingUsers(With.FLUSH, true, "anna")) {
            WanderingUser user = new WanderingUser(site.cluster, "anna", 1);
            user.wander(MOVES);
            assertEquals(List.of(), user.wrong(), "of " + user.answers() + " answers");
            assertEquals(List.of(), site.warnings);
            assertTrue(site.infos.stream().filter(line -> line.matches("flush .* 1 user, [1-9].*")).count() >= MOVES - 2,
                    site.infos::toString);
            site.cluster.assertLogsClean();
        }
    }

    @Test
    void throughPostLogin() throws IOException {
        try (MovingUsers site = new MovingUsers(With.POST_LOGIN, true, "anna")) {
            WanderingUser user = new WanderingUser(site.cluster, "anna", 1);
            user.wander(MOVES);
            assertEquals(List.of(), user.wrong(), "of " + user.answers() + " answers");
            site.cluster.assertLogsClean();
        }
    }
}
