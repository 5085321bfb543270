package io.roost.throttle;

/**
 * What reading a mail took in the last window, and what it usually takes, for mails of the size that most had.
 *
 * @param recentSeconds median of the last window, 0 before anything is known
 * @param usualSeconds  0 before it is known
 * @param slowdown      by how much reads of all sizes took longer than usual, 1 or more; 0 before it is known
 */
public record LatencyReading(double recentSeconds, double usualSeconds, double slowdown) {
    static final LatencyReading NONE = new LatencyReading(0, 0, 0);
}
