/**
 * The files and sockets by which a user is kept out for a moment and moved over in the userdb: the gate, the switch, and asking
 * Dovecot's own auth whether it has noticed. It knows nothing of directors or of migrations; whoever moves a user calls it, and
 * so do the commands that help an administrator out. It uses Dovecot's vocabulary in {@code dovecot} and files through
 * {@code posix}.
 */
package io.roost.gate;
