package io.roost.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.engine.EngineStatus.Page;
import io.roost.engine.EngineStatus.Row;

class UserListsTest {
    private static final Predicate<String> ALL = name -> true;

    private static RunLedger ledger(List<String> users) {
        return new RunLedger(users, new EngineSettings(1, 1, RetryPolicy.NONE, 0, EngineSettings.NO_DEADLINE), Clock.systemUTC());
    }

    private static List<String> users(int count) {
        return IntStream.range(0, count).mapToObj(i -> "user" + i).toList();
    }

    private static UserQuery query(UserSort sort, boolean descending, int after, int offset, int limit) {
        return new UserQuery(EnumSet.allOf(Phase.class), ALL, sort, descending, after, offset, limit);
    }

    private static List<String> names(Page page) {
        return page.rows().stream().map(Row::user).toList();
    }

    private static UserRecord record(String name, long mails, long bytes, long updated) {
        return new UserRecord(1, name, UserState.DONE, "", "", 0, updated, 0, 0, mails, mails, bytes, bytes, 1, 0, "");
    }

    @Test
    void pagesAreCutFromWhatPassesTheFilter() {
        UserLists lists = ledger(users(1000)).lists();
        UserQuery sevens = new UserQuery(EnumSet.allOf(Phase.class), name -> name.endsWith("7"), UserSort.NUMBER, false, -1, 10, 3);
        assertEquals(100, lists.page(sevens).total());
        assertEquals(List.of("user107", "user117", "user127"), names(lists.page(sevens)));
        assertEquals(0, lists.page(new UserQuery(Set.of(Phase.FAILED), ALL, UserSort.NUMBER, false, -1, 0, 10)).total());
    }

    @Test
    void piecesBehindANumberMissNobodyAndNameNobodyTwice() {
        UserLists lists = ledger(users(25)).lists();
        List<String> all = new ArrayList<>();
        for (int after = -1;;) {
            Page page = lists.page(query(UserSort.NUMBER, false, after, 0, 7));
            if (page.rows().isEmpty()) {
                break;
            }
            all.addAll(names(page));
            assertTrue(all.size() <= 25, all::toString);
            after = page.rows().get(page.rows().size() - 1).number();
        }
        assertEquals(users(25), all);
    }

    @Test
    void whatEarlierRunsRecordedIsSortedByUntilThisOneKnowsBetter() {
        RunLedger ledger = ledger(List.of("dora", "anna", "carl", "bert"));
        UserLists lists = ledger.lists();
        lists.recall(record("anna", 10, 5_000, 300));
        lists.recall(record("carl", 20, 1_000, 100));
        lists.recall(record("bert", 10, 9_000_000_000_000L, 200));
        lists.recall(record("nobody of this run", 99, 99, 99));
        assertEquals(List.of("carl", "bert", "anna", "dora"), names(lists.page(query(UserSort.MAILS, true, -1, 0, 10))));
        assertEquals(List.of("dora", "carl", "anna", "bert"), names(lists.page(query(UserSort.BYTES, false, -1, 0, 10))));
        assertEquals(List.of("anna", "bert"), names(lists.page(query(UserSort.CHANGED, true, -1, 0, 2))));
        assertEquals(List.of("anna", "bert", "carl", "dora"), names(lists.page(query(UserSort.NAME, false, -1, 0, 10))));
        assertEquals(List.of("bert", "carl", "anna", "dora"), names(lists.page(query(UserSort.NUMBER, true, -1, 0, 10))));
        // dora is taken up: what an earlier run recorded of her later is older than that
        ActiveUser dora = ledger.next(0);
        ledger.size(dora, 70, 700);
        lists.recall(record("dora", 1, 1, 1));
        Row row = lists.row("dora").orElseThrow();
        assertEquals(70, row.mails());
        assertTrue(row.changed() > 1_000_000);
        assertTrue(lists.row("anne").isEmpty());
    }

    /** Sorting is by key and then by place, whatever the numbers. */
    @Test
    void sortedIsStable() {
        Random random = new Random(7);
        for (int n : new int[] {0, 1, 2, 3, 1000, 1025}) {
            long[] keys = random.longs(n, 0, random.nextBoolean() ? 5 : 1L << 40).toArray();
            int[] expected = IntStream.range(0, n).boxed().sorted(Comparator.comparingLong(i -> keys[i])).mapToInt(i -> i).toArray();
            assertArrayEquals(expected, UserLists.sorted(keys));
        }
    }
}
