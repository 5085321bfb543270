package io.roost.preflight;

import java.util.Optional;

/**
 * What a check saw. Texts are sentences or parts of such, without full stop; they may hold names that come from strangers.
 *
 * @param id       stable identifier, see {@code docs/check.md}
 * @param severity how much it matters
 * @param lookedAt the setting, path or host
 * @param found    what was there; for {@link Severity#UNKNOWN} why nothing can be said
 * @param expected what should be there
 * @param why      what goes wrong otherwise
 * @param remedy   how to mend it; empty if nothing is to be done
 * @param hint     configuration that mends it
 */
public record Finding(String id, Severity severity, String lookedAt, String found, String expected, String why, String remedy,
        Optional<Hint> hint) {

    /** This finding with a piece of configuration. */
    public Finding with(Hint configuration) {
        return new Finding(id, severity, lookedAt, found, expected, why, remedy, Optional.of(configuration));
    }

    /**
     * A question before its answer is known.
     *
     * @param id       as in the finding
     * @param lookedAt as in the finding
     * @param expected as in the finding
     * @param why      as in the finding
     */
    public record Question(String id, String lookedAt, String expected, String why) {
        public Finding ok(String found) {
            return answer(Severity.OK, found, "");
        }

        public Finding advice(String found, String remedy) {
            return answer(Severity.ADVICE, found, remedy);
        }

        public Finding slow(String found, String remedy) {
            return answer(Severity.SLOW, found, remedy);
        }

        public Finding unsafe(String found, String remedy) {
            return answer(Severity.UNSAFE, found, remedy);
        }

        /** @param reason why it could not be looked at or judged; @param remedy how it could be */
        public Finding unknown(String reason, String remedy) {
            return answer(Severity.UNKNOWN, reason, remedy);
        }

        public Finding answer(Severity severity, String found, String remedy) {
            return new Finding(id, severity, lookedAt, found, expected, why, remedy, Optional.empty());
        }
    }
}
