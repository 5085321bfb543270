package io.roost.cli;

import io.roost.maildir.SourceProblem.Severity;

/**
 * Something about Dovecot's settings that matters when a user moves to mdbox.
 *
 * @param id       stable identifier for scripts
 * @param severity how much it matters
 * @param message  what was found and what follows from it, a sentence without full stop
 * @param remedy   what to do, likewise
 */
record Advice(String id, Severity severity, String message, String remedy) {
}
