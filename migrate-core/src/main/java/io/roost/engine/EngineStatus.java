package io.roost.engine;

import java.util.List;
import java.util.Map;

/**
 * A run at one moment. Times are Unix milliseconds.
 *
 * @param state          what the run is doing
 * @param reason         why it is not running at full speed, for people; empty if it is
 * @param started        when it began
 * @param now            when this was taken
 * @param deadline       end of the window, {@link EngineSettings#NO_DEADLINE} if there is none
 * @param workers        users that may be in flight
 * @param users          number of users by phase
 * @param active         the users in flight, by worker
 * @param mails          mails copied by this run
 * @param bytes          bytes of mail copied by this run
 * @param mailsPerSecond over the last seconds
 * @param bytesPerSecond over the last seconds
 * @param history        bytes per second in each of the last seconds, at most {@link #HISTORY}, oldest first
 * @param secondsLeft    until the last user is done, by the users done so far; -1 if it cannot be told
 */
public record EngineStatus(RunState state, String reason, long started, long now, long deadline, int workers,
        Map<Phase, Integer> users, List<Active> active, long mails, long bytes, double mailsPerSecond, double bytesPerSecond,
        List<Long> history, double secondsLeft) {
    public static final int HISTORY = 240;

    /**
     * A user in flight.
     *
     * @param step       what is being done, such as {@code copying}
     * @param attempt    from 1
     * @param since      when the attempt began
     * @param mailsDone  of the step
     * @param mailsTotal of the step, 0 if it is not known yet
     * @param bytesDone  of the step
     * @param bytesTotal of the step, 0 if it is not known
     */
    public record Active(String user, String step, int worker, int attempt, long since, long mailsDone, long mailsTotal,
            long bytesDone, long bytesTotal) {
        /** With another step, of which nothing is counted. */
        public Active withStep(String other) {
            return new Active(user, other, worker, attempt, since, 0, 0, 0, 0);
        }
    }

    /**
     * A user as lists show it.
     *
     * @param number   place in the run's order, from 0
     * @param attempts so far
     * @param retryAt  when the next attempt is due, 0 if none is planned
     * @param mails    found by the last look, 0 if nobody has looked
     * @param bytes    likewise, as far as file names tell
     * @param millis   how long the last attempt of this run took, or takes; 0 if there was none
     * @param changed  when something was last done with the user, 0 for never
     */
    public record Row(int number, String user, Phase phase, int attempts, long retryAt, long mails, long bytes, long millis,
            long changed) {
    }

    /** Part of a list, and how many there are in all. */
    public record Page(List<Row> rows, int total) {
    }

    public EngineStatus {
        users = Map.copyOf(users);
        active = List.copyOf(active);
        history = List.copyOf(history);
    }

    /** With other users in flight. */
    public EngineStatus withActive(List<Active> others) {
        return new EngineStatus(state, reason, started, now, deadline, workers, users, others, mails, bytes, mailsPerSecond,
                bytesPerSecond, history, secondsLeft);
    }

    /** Users of the run, whatever their phase. */
    public int usersTotal() {
        return users.values().stream().mapToInt(Integer::intValue).sum();
    }

    public int users(Phase phase) {
        return users.getOrDefault(phase, 0);
    }
}
