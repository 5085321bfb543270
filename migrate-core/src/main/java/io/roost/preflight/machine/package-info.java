/**
 * Checks of this machine and process: state directory, native libraries, limits, the mail user's rights, Dovecot's sockets.
 * Called by {@code io.roost.preflight} only.
 */
package io.roost.preflight.machine;
