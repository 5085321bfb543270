package io.roost.gate;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * Makes the userdb say where a user's mail is from now on. Each call may be repeated after a crash: what is done already is not
 * done again. Implementations are thread-safe.
 */
public interface UserdbSwitch {
    /**
     * Refuses what cannot be written there, before anything starts.
     *
     * @throws io.roost.dovecot.InvalidSettingException if name or location cannot be written
     * @throws GateException                            if there is nothing to write it to
     */
    void check(MailChange change) throws IOException;

    /**
     * What has to be kept for {@link #revert}, from before {@link #apply}.
     *
     * @return the user's own {@code mail} as the userdb spells it, a byte string; empty if they have none there, or if this switch
     *         cannot read it
     */
    Optional<String> field(String user) throws IOException;

    /** Whether auth notices what is changed here only when it looks the next time, which it does once in a second. */
    default boolean isLookedAtOnceASecond() {
        return false;
    }

    /**
     * Moves the user to {@link MailChange#to}.
     *
     * @return from when on no auth that reads this userdb from a local file system answers with the old value any more: a gate must
     *         not open before
     */
    Instant apply(MailChange change) throws IOException;

    /**
     * Undoes {@link #apply} of the same change.
     *
     * @param before what {@link #field} was; with an empty one, the user has no own {@code mail} afterwards
     * @return as {@link #apply} does
     */
    Instant revert(MailChange change, Optional<String> before) throws IOException;
}
