package io.roost.cli.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.roost.cli.hostchange.MovingUsers.With;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

/** A hundred moves with each way of host change, and the table in docs/hostchange.md of what goes wrong without. */
@Tag("soak")
@RequiresDovecot
@Requires(Ability.ROOT)
class MovingUsersSoakTest {
    private static final int MOVES = 100;

    @Test
    void throughTheFlushSocket() throws IOException {
        assertEquals(0, wander(With.FLUSH, true, MOVES));
    }

    @Test
    void throughPostLogin() throws IOException {
        assertEquals(0, wander(With.POST_LOGIN, true, MOVES));
    }

    @Test
    void table() throws IOException {
        int without = wander(With.NOTHING, true, MOVES);
        assertTrue(without > 0);
        wander(With.NOTHING, false, MOVES);
        assertEquals(0, wander(With.FLUSH, false, MOVES));
    }

    private static int wander(With with, boolean veryDirtySyncs, int moves) throws IOException {
        try (MovingUsers site = new MovingUsers(with, veryDirtySyncs, "anna")) {
            WanderingUser user = new WanderingUser(site.cluster, "anna", 1);
            user.wander(moves);
            List<String> wrong = user.wrong();
            long lists = wrong.stream().filter(line -> line.contains("LIST shows")).count();
            System.out.printf("| %s | %s | %d | %d of %d | %d of %d |%n", with, veryDirtySyncs ? "yes" : "no", moves, lists,
                    moves + 1,
                    wrong.size() - lists, user.answers() - moves - 1);
            wrong.stream().limit(3).forEach(System.out::println);
            return wrong.size();
        }
    }
}
