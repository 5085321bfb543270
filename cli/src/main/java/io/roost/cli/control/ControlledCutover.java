package io.roost.cli.control;

import java.util.Optional;
import java.util.function.Consumer;

import io.roost.cutover.CutoverHold;
import io.roost.cutover.CutoverSettings;
import io.roost.cutover.DirectorView;
import io.roost.cutover.Pins;
import io.roost.gate.Gate;

/**
 * What operators may look at and change where a run keeps users on this backend or cuts them over. All of it is thread-safe.
 *
 * @param mode     how far the run takes users
 * @param hold     what keeps users from being locked out
 * @param pins     who is kept here
 * @param director what it says of its backends
 * @param gate     empty unless users are cut over
 * @param rollback likewise
 */
public record ControlledCutover(CutoverSettings.Mode mode, CutoverHold hold, Pins pins, DirectorView director, Optional<Gate> gate,
        Optional<WayBack> rollback) {
    /** Brings a user back to the Maildir. */
    @FunctionalInterface
    public interface WayBack {
        /**
         * Called by a thread of its own; ends at a safe step when that is interrupted.
         *
         * @param steps told what is being done, a few words
         * @return how it ended, for people
         */
        String run(String user, Consumer<String> steps) throws Exception;
    }

    boolean cutsOver() {
        return mode == CutoverSettings.Mode.CUT_OVER;
    }
}
