package io.roost.director;

/**
 * A director of the ring, or a connection to one, as {@code doveadm director ring status} shows it.
 *
 * @param ip         its IP address; empty for an incoming connection that has not said who it is
 * @param port       its ring port
 * @param type       {@code self}, {@code left}, {@code right}, {@code in}, {@code out}, {@code removed}, or empty for a
 *                   director without a connection
 * @param lastFailed Unix seconds of the last failure, 0 if there was none
 * @param status     what it says about itself, such as {@code ring synced}; empty without a connection
 */
public record RingMember(String ip, int port, String type, long lastFailed, String status) {
    /** Whether this director, asked about itself, says that the whole ring agrees. */
    public boolean isSynced() {
        return status.equals("synced") || status.equals("ring synced");
    }
}
