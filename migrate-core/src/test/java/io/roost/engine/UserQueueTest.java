package io.roost.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class UserQueueTest {
    private final UserQueue queue = new UserQueue(List.of("dora", "anna", "carl", "bert"));

    private String take(boolean biggest, long now) {
        int user = queue.take(biggest, now);
        return user == UserQueue.NONE ? null : queue.name(user);
    }

    @Test
    void usersComeInTheirOrder() {
        List<String> taken = new ArrayList<>();
        for (String name; (name = take(false, 0)) != null;) {
            taken.add(name);
        }
        assertEquals(List.of("dora", "anna", "carl", "bert"), taken);
        assertEquals(4, queue.count(Phase.ACTIVE));
    }

    @Test
    void theBiggestGoToWhoAsksForThemAndNobodyIsTakenTwice() {
        queue.big(queue.find("carl"), 10);
        queue.big(queue.find("bert"), 30);
        assertEquals("dora", take(false, 0));
        assertEquals("bert", take(true, 0));
        assertEquals("anna", take(false, 0));
        assertEquals("carl", take(false, 0));
        assertEquals(null, take(true, 0));
        assertEquals(null, take(false, 0));
    }

    @Test
    void aRetryComesWhenItsTimeHasComeAndBeforeTheOthers() {
        int dora = queue.take(false, 0);
        queue.retryAt(dora, 100);
        assertEquals(100, queue.nextRetry());
        assertEquals("anna", take(false, 99));
        assertEquals("dora", take(false, 100));
        assertEquals(2, queue.attempts(dora));
        assertEquals(Long.MAX_VALUE, queue.nextRetry());
    }

    @Test
    void whoIsSkippedWhileWaitingForARetryIsNotTaken() {
        int dora = queue.take(false, 0);
        queue.retryAt(dora, 100);
        queue.end(dora, Phase.SKIPPED);
        assertEquals(Long.MAX_VALUE, queue.nextRetry());
        assertEquals("anna", take(false, 200));
        queue.first(dora);
        assertEquals("dora", take(true, 200));
        assertEquals(1, queue.attempts(dora));
    }

    @Test
    void aStoppedAttemptDoesNotCount() {
        int dora = queue.take(false, 0);
        queue.putBack(dora);
        assertEquals("dora", take(false, 0));
        assertEquals(1, queue.attempts(dora));
    }

    @Test
    void everyNameIsFoundAndNoOther() {
        for (String name : List.of("dora", "anna", "carl", "bert")) {
            assertEquals(name, queue.name(queue.find(name)));
        }
        assertEquals(UserQueue.NONE, queue.find("anne"));
        assertEquals(UserQueue.NONE, new UserQueue(List.of()).find("anna"));
    }

    /** Whatever is done with the queue, each user is in one phase, and the counts say so. */
    @Test
    void countsAgreeWithPhases() {
        Random random = new Random(42);
        UserQueue many = new UserQueue(IntStream.range(0, 50).mapToObj(i -> "user" + i).toList());
        for (int step = 0; step < 20_000; step++) {
            int user = random.nextInt(50);
            Phase phase = many.phase(user);
            switch (random.nextInt(5)) {
                case 0 -> many.take(random.nextBoolean(), step);
                case 1 -> many.big(user, random.nextInt(100));
                case 2 -> {
                    if (phase == Phase.ACTIVE) {
                        switch (random.nextInt(4)) {
                            case 0 -> many.retryAt(user, step + random.nextInt(50));
                            case 1 -> many.putBack(user);
                            case 2 -> many.end(user, Phase.DONE);
                            default -> many.end(user, Phase.FAILED);
                        }
                    }
                }
                case 3 -> {
                    if (phase != Phase.ACTIVE && phase != Phase.DONE) {
                        many.end(user, Phase.SKIPPED);
                    }
                }
                default -> {
                    if (phase == Phase.FAILED || phase == Phase.SKIPPED) {
                        many.first(user);
                    }
                }
            }
            for (Phase p : Phase.values()) {
                int expected = (int) IntStream.range(0, 50).filter(i -> many.phase(i) == p).count();
                assertEquals(expected, many.count(p), p.name());
            }
        }
    }
}
