package io.roost.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The users of a run with their phases, in columns: a million of them take less than a hundred megabytes. Who is next: users
 * asked for by an operator, then those whose pause is over, then, for every other worker, the biggest that are known, else the
 * given order. So the big ones are begun early, and never hold up all workers while small ones wait.
 *
 * <p>Not thread-safe: {@link RunLedger} guards it.
 */
final class UserQueue {
    static final int NONE = -1;
    /** {@code values()} makes a new array each time. */
    private static final Phase[] PHASES = Phase.values();

    private final String[] names;
    /** Places in {@link #names}, by name. */
    private final int[] byName;
    private final byte[] phases;
    private final byte[] attempts;
    private final Map<Phase, Integer> counts = new EnumMap<>(Phase.class);
    private final List<Integer> urgent = new ArrayList<>();
    private final PriorityQueue<Retry> retries = new PriorityQueue<>(Comparator.comparingLong(Retry::at));
    private final PriorityQueue<Big> big = new PriorityQueue<>(Comparator.comparingLong(Big::size).reversed());
    /** Of those who are RETRYING. */
    private final Map<Integer, Long> retryTimes = new HashMap<>();
    private int next;

    private record Retry(long at, int user) {
    }

    private record Big(long size, int user) {
    }

    /** @param users names, each once */
    UserQueue(List<String> users) {
        names = users.toArray(String[]::new);
        Integer[] places = new Integer[names.length];
        Arrays.setAll(places, i -> i);
        Arrays.sort(places, Comparator.comparing(i -> names[i]));
        byName = Arrays.stream(places).mapToInt(Integer::intValue).toArray();
        phases = new byte[names.length];
        attempts = new byte[names.length];
        counts.put(Phase.WAITING, names.length);
    }

    int size() {
        return names.length;
    }

    String name(int user) {
        return names[user];
    }

    /** Place of a user, or {@link #NONE}. */
    int find(String name) {
        int low = 0;
        int high = byName.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = names[byName[middle]].compareTo(name);
            if (order == 0) {
                return byName[middle];
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return NONE;
    }

    Phase phase(int user) {
        return PHASES[phases[user]];
    }

    int attempts(int user) {
        return attempts[user];
    }

    int count(Phase phase) {
        return counts.getOrDefault(phase, 0);
    }

    Map<Phase, Integer> counts() {
        return new EnumMap<>(counts);
    }

    /** Whether users may come to be taken up, now or later. */
    boolean hasMore() {
        return count(Phase.WAITING) + count(Phase.RETRYING) > 0;
    }

    /** A user is known to be big: such are begun before others, biggest first. */
    void big(int user, long size) {
        if (phase(user) == Phase.WAITING) {
            big.add(new Big(size, user));
        }
    }

    /**
     * Takes the next user, who becomes ACTIVE.
     *
     * @param biggest whether the biggest one is wanted
     * @param now     Unix milliseconds
     * @return {@link #NONE} if there is none now
     */
    int take(boolean biggest, long now) {
        int user = pick(biggest, now);
        if (user != NONE) {
            takeUp(user, true);
        }
        return user;
    }

    /** Takes a certain user, who becomes ACTIVE. @param counts whether that is an attempt at the migration */
    void takeUp(int user, boolean counts) {
        phase(user, Phase.ACTIVE);
        attempts[user] = (byte) Math.min(attempts[user] + (counts ? 1 : 0), Byte.MAX_VALUE);
    }

    private int pick(boolean biggest, long now) {
        while (!urgent.isEmpty()) {
            int user = urgent.remove(0);
            if (phase(user) == Phase.WAITING) {
                return user;
            }
        }
        while (!retries.isEmpty() && retries.peek().at() <= now) {
            int user = retries.poll().user();
            if (phase(user) == Phase.RETRYING) {
                return user;
            }
        }
        while (biggest && !big.isEmpty()) {
            int user = big.poll().user();
            if (phase(user) == Phase.WAITING) {
                return user;
            }
        }
        while (next < names.length) {
            int user = next++;
            if (phase(user) == Phase.WAITING) {
                return user;
            }
        }
        return NONE;
    }

    /** When the next pause is over, Unix milliseconds; {@link Long#MAX_VALUE} if nobody waits. */
    long nextRetry() {
        while (!retries.isEmpty() && phase(retries.peek().user()) != Phase.RETRYING) {
            retries.poll();
        }
        return retries.isEmpty() ? Long.MAX_VALUE : retries.peek().at();
    }

    /** The user is tried again at that time. */
    void retryAt(int user, long at) {
        phase(user, Phase.RETRYING);
        retryTimes.put(user, at);
        retries.add(new Retry(at, user));
    }

    /** The user is taken up before all others. */
    void first(int user) {
        phase(user, Phase.WAITING);
        attempts[user] = 0;
        urgent.add(user);
    }

    /** The attempt counts for nothing: the user was stopped. */
    void putBack(int user) {
        phase(user, Phase.WAITING);
        attempts[user]--;
        urgent.add(user);
    }

    void end(int user, Phase phase) {
        phase(user, phase);
    }

    /** What was done with a user was no attempt: as before, but that one who waited is next. */
    void restore(int user, Phase before) {
        if (before == Phase.WAITING || before == Phase.RETRYING) {
            phase(user, Phase.WAITING);
            urgent.add(user);
        } else {
            phase(user, before);
        }
    }

    private void phase(int user, Phase phase) {
        retryTimes.remove(user);
        counts.merge(phase(user), -1, Integer::sum);
        counts.merge(phase, 1, Integer::sum);
        phases[user] = (byte) phase.ordinal();
    }

    /** The phase of each, by ordinal. */
    byte[] phases() {
        return phases.clone();
    }

    /** Places in the order of the names; not to be changed. */
    int[] byName() {
        return byName;
    }

    /** When the user is tried again, Unix milliseconds; 0 if that is not planned. */
    long retryAt(int user) {
        return retryTimes.getOrDefault(user, 0L);
    }
}
