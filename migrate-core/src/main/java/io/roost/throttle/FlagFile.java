package io.roost.throttle;

import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Holds while a file exists, whatever is in it; it is looked for once a second. If nobody can tell whether it exists, that
 * holds too: it is there to stop things. The file belongs on a local disk, since a mount that hangs would hang whoever looks.
 * Thread-safe.
 */
public final class FlagFile implements ThrottleSource {
    private static final long LOOK_NANOS = 1_000_000_000L;

    private final String path;
    private Restriction last;
    private long lookedAt;

    /** @param path a byte string, as the administrator named it */
    public FlagFile(String path) {
        this.path = path;
    }

    @Override
    public String name() {
        return "flag_file";
    }

    @Override
    public synchronized Restriction restriction(ThrottleClock clock) {
        long now = clock.nanoTime();
        if (last == null || now - lookedAt >= LOOK_NANOS) {
            lookedAt = now;
            last = look();
        }
        return last;
    }

    private Restriction look() {
        try {
            return OpenDirectory.statusOf(path).isEmpty() ? Restriction.none(name())
                    : Restriction.hold(name(), "held by the file " + ByteString.toText(path) + " (remove it to go on)");
        } catch (PosixException e) {
            return Restriction.hold(name(), "held since nobody can tell whether the flag file exists: " + e.getMessage());
        }
    }
}
