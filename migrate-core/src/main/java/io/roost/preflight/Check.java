package io.roost.preflight;

import java.io.IOException;
import java.util.List;

/**
 * One thing, or a few that belong together, to look at. To add one: a class, a line in {@link Checks}, a row in
 * docs/check.md.
 */
public interface Check {
    /** The identifiers of its findings, all of them. */
    List<String> ids();

    /** Whether it looks at nothing but Dovecot's settings: where nobody knows those, all of it is unknown. */
    default boolean isOfSettings() {
        return false;
    }

    /**
     * Looks. What does not apply to this backend gives no finding; what cannot be looked at gives {@link Severity#UNKNOWN}.
     *
     * @throws IOException if something failed unexpectedly: all that was to be told is unknown then
     */
    List<Finding> look(Backend backend) throws IOException, InterruptedException;
}
