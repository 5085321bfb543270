package io.roost.cutover;

import java.time.Duration;
import java.util.Optional;

/**
 * How users are cut over; the same for all of a run.
 *
 * @param mode          how far to go
 * @param targetSetting what the userdb is to say, with variables and {@code ~} as the administrator writes it
 * @param reason        what clients are told meanwhile, printable ASCII
 * @param gateExpiry    after which anybody may open a gate that is left over
 * @param quietLimit    how long to kick before the user is left for later
 * @param lateLimit     how long to wait, after the user is let in, for the end of deliveries that began before the gate closed
 * @param postponeFile  as long as this file exists nobody is cut over; an absolute path
 */
public record CutoverSettings(Mode mode, String targetSetting, String reason, Duration gateExpiry, Duration quietLimit,
        Duration lateLimit, Optional<String> postponeFile) {
    /** How far to go. */
    public enum Mode {
        /** Copy only, any number of times. */
        PREPARE,
        /** Copy and publish, pinned; the userdb is the administrator's. */
        PUBLISH,
        /** All the way. */
        CUT_OVER
    }

    /** What holds unless somebody says otherwise. */
    public static CutoverSettings of(Mode mode, String targetSetting) {
        return new CutoverSettings(mode, targetSetting, "Your mailbox is being moved, please try again in a minute",
                Duration.ofMinutes(30), Duration.ofSeconds(30), Duration.ofMinutes(5), Optional.empty());
    }

    public CutoverSettings withReason(String text) {
        return new CutoverSettings(mode, targetSetting, text, gateExpiry, quietLimit, lateLimit, postponeFile);
    }

    public CutoverSettings withLimits(Duration expiry, Duration quiet, Duration late) {
        return new CutoverSettings(mode, targetSetting, reason, expiry, quiet, late, postponeFile);
    }

    public CutoverSettings withPostponeFile(Optional<String> file) {
        return new CutoverSettings(mode, targetSetting, reason, gateExpiry, quietLimit, lateLimit, file);
    }
}
