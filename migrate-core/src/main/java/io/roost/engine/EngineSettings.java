package io.roost.engine;

/**
 * How a run goes about its users.
 *
 * @param workers   users in flight at the same time, 1 to {@link #MAX_WORKERS}; may be changed while running
 * @param readers   threads that read ahead for each of them, when all workers are busy
 * @param retries   what happens after failures that may pass
 * @param errorsMax users that may fail before the run stops, 0 for any number
 * @param deadline  end of the maintenance window, Unix milliseconds; {@link #NO_DEADLINE} for none
 */
public record EngineSettings(int workers, int readers, RetryPolicy retries, long errorsMax, long deadline) {
    public static final int MAX_WORKERS = 256;
    public static final int MAX_READERS = 64;
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    public EngineSettings {
        if (workers < 1 || workers > MAX_WORKERS || readers < 1 || readers > MAX_READERS || errorsMax < 0) {
            throw new IllegalArgumentException("workers " + workers + ", readers " + readers + ", errorsMax " + errorsMax);
        }
    }
}
