package io.roost.engine;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.engine.EngineStatus.Page;
import io.roost.engine.EngineStatus.Row;

/**
 * Lists of the users of a run. Sorting and filtering are done beside the run, which is only held for a copy of a column: so no list
 * of a million users keeps a worker waiting. An order is kept for a moment, so that whoever scrolls through it sees each user once.
 * Thread-safe.
 */
final class UserLists {
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Guards what follows. */
    private final Object monitor;
    private final UserQueue queue;
    private final UserFigures figures;
    private final List<ActiveUser> active;
    private final Clock clock;
    private final Map<UserSort, Sorted> orders = new EnumMap<>(UserSort.class);

    private record Sorted(int[] order, long at) {
    }

    UserLists(Object monitor, UserQueue queue, UserFigures figures, List<ActiveUser> active, Clock clock) {
        this.monitor = monitor;
        this.queue = queue;
        this.figures = figures;
        this.active = active;
        this.clock = clock;
    }

    Page page(UserQuery query) {
        byte[] phases;
        synchronized (monitor) {
            phases = queue.phases();
        }
        boolean[] wanted = new boolean[Phase.values().length];
        query.phases().forEach(phase -> wanted[phase.ordinal()] = true);
        int[] order = query.sort() == UserSort.NUMBER ? null : order(query.sort());
        List<Integer> users = new ArrayList<>();
        int total = 0;
        for (int i = 0; i < phases.length; i++) {
            int at = query.descending() ? phases.length - 1 - i : i;
            int user = order == null ? at : order[at];
            if (user > query.after() && wanted[phases[user]] && query.filter().test(queue.name(user))) {
                if (total >= query.offset() && users.size() < query.limit()) {
                    users.add(user);
                }
                total++;
            }
        }
        return new Page(rows(users), total);
    }

    Optional<Row> row(String name) {
        int user = queue.find(name);
        return user == UserQueue.NONE ? Optional.empty() : Optional.of(rows(List.of(user)).get(0));
    }

    private List<Row> rows(List<Integer> users) {
        synchronized (monitor) {
            return users.stream().map(user -> new Row(user, queue.name(user), queue.phase(user), queue.attempts(user),
                    queue.retryAt(user), figures.mails(user), figures.bytes(user), millis(user), figures.changed(user))).toList();
        }
    }

    private long millis(int user) {
        return queue.phase(user) != Phase.ACTIVE ? figures.millis(user) : active.stream().filter(a -> a.user == user)
                .mapToLong(a -> Math.max(0, clock.millis() - a.since)).findFirst().orElse(0);
    }

    /** What an earlier run has recorded of a user, if this one has not touched the user yet. */
    void recall(UserRecord record) {
        int user = queue.find(record.name());
        // one who is only registered was never changed
        if (user != UserQueue.NONE && record.state() != UserState.QUEUED) {
            synchronized (monitor) {
                figures.recall(user, record.mailsTotal(), record.bytesTotal(), record.updated());
            }
        }
    }

    private int[] order(UserSort sort) {
        synchronized (orders) {
            Sorted kept = orders.get(sort);
            if (kept == null || sort != UserSort.NAME && System.nanoTime() - kept.at() > KEPT_NANOS) {
                kept = new Sorted(sort == UserSort.NAME ? queue.byName() : sorted(keys(sort)), System.nanoTime());
                orders.put(sort, kept);
            }
            return kept.order();
        }
    }

    /** What each user is sorted by. */
    private long[] keys(UserSort sort) {
        long[] keys = new long[queue.size()];
        synchronized (monitor) {
            for (int i = 0; i < keys.length; i++) {
                keys[i] = switch (sort) {
                    case NUMBER, NAME -> i;
                    case PHASE -> queue.phase(i).ordinal();
                    case MAILS -> figures.mails(i);
                    case BYTES -> figures.bytes(i);
                    case SECONDS -> figures.millis(i);
                    case CHANGED -> figures.changed(i);
                };
            }
            if (sort == UserSort.SECONDS) {
                active.forEach(a -> keys[a.user] = millis(a.user));
            }
        }
        return keys;
    }

    /**
     * Places in the order of their keys, equal ones as they stand.
     *
     * @param keys not negative; those too big to be sorted with their places in 63 bits count as equal
     */
    static int[] sorted(long[] keys) {
        int bits = 32 - Integer.numberOfLeadingZeros(Math.max(1, keys.length - 1));
        long most = (1L << 63 - bits) - 1;
        long[] packed = new long[keys.length];
        for (int i = 0; i < keys.length; i++) {
            packed[i] = Math.min(most, keys[i]) << bits | i;
        }
        Arrays.sort(packed);
        int[] order = new int[keys.length];
        long mask = (1L << bits) - 1;
        for (int i = 0; i < order.length; i++) {
            order[i] = (int) (packed[i] & mask);
        }
        return order;
    }
}
