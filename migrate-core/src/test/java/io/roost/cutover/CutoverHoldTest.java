package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.director.DirectorAddress;
import io.roost.director.DirectorAdmin;
import io.roost.director.NoDirector;
import io.roost.director.UserHash;

@Timeout(60)
class CutoverHoldTest {
    @TempDir
    private Path temp;

    private static CompletableFuture<Boolean> waits(CutoverHold hold, String user) throws InterruptedException {
        CompletableFuture<Boolean> done = CompletableFuture.supplyAsync(() -> {
            try {
                return hold.await(user);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        while (!hold.waiting().containsKey(user)) {
            assertFalse(done.isDone(), "nothing held " + user);
            Thread.sleep(1);
        }
        return done;
    }

    @Test
    void nobodyWaitsForNothing() throws InterruptedException {
        assertFalse(new CutoverHold(Optional.empty()).await("anna"));
        assertFalse(new CutoverHold(Optional.of(temp.resolve("none").toString())).await("anna"));
    }

    @Test
    void theFileHoldsEverybodyWhoIsNotToPass() throws Exception {
        Path file = Files.createFile(temp.resolve("postpone"));
        CutoverHold hold = new CutoverHold(Optional.of(file.toString()));
        CompletableFuture<Boolean> anna = waits(hold, "anna");
        CompletableFuture<Boolean> bert = waits(hold, "bert");
        assertEquals("held by the file " + file, hold.reason("anna"));
        assertEquals(0, hold.parked(), "they wait with all others");
        hold.pass("bert");
        assertTrue(bert.get());
        assertFalse(anna.isDone());
        assertFalse(hold.release(), "no operator holds it");
        Files.delete(file);
        assertTrue(anna.get());
        assertEquals("", hold.reason());
    }

    @Test
    void anOperatorHoldsAllOrOne() throws Exception {
        CutoverHold hold = new CutoverHold(Optional.empty());
        hold.hold("held by an operator");
        hold.hold("bert", "not bert");
        CompletableFuture<Boolean> anna = waits(hold, "anna");
        CompletableFuture<Boolean> bert = waits(hold, "bert");
        assertTrue(hold.isHeldByOperator());
        assertEquals(1, hold.parked());
        assertTrue(hold.release());
        assertTrue(anna.get());
        assertEquals("not bert", hold.reason("bert"));
        assertFalse(bert.isDone());
        assertTrue(hold.release("bert"));
        assertTrue(bert.get());
        assertEquals(0, hold.parked());
        assertFalse(hold.release("bert"));
        // passing holds for the rest of the run, until somebody says otherwise
        hold.pass("carl");
        hold.hold("again");
        assertFalse(hold.await("carl"));
        hold.hold("carl", "not now");
        assertEquals("not now", hold.reason("carl"));
    }

    @Test
    void aDirectorThatDoesNotAnswerKeepsNobodyWaiting() throws Exception {
        try (DirectorAdmin nobody = new DirectorAdmin(List.of(DirectorAddress.parse(temp.resolve("none").toString())),
                new UserHash(UserHash.DEFAULT_FORMAT), new DirectorAdmin.Limits(Duration.ofMillis(100), Duration.ofMillis(100),
                        Duration.ofMillis(100)))) {
            DirectorView view = new DirectorView(nobody, "10.0.0.1");
            DirectorView.Snapshot seen = view.snapshot(0);
            while (seen.trouble().isEmpty()) {
                seen = view.snapshot(10);
            }
            assertTrue(seen.trouble().contains("none"), seen.trouble());
            assertEquals(0, seen.time());
        }
        DirectorView single = new DirectorView(new NoDirector(), "");
        assertTrue(single.isSingleBackend());
        assertEquals(List.of(), single.snapshot(1000).hosts());
    }
}
