/**
 * Keeps list indexes honest that a backend holds in memory ({@code LISTINDEX=/dev/shm/...}): after a user was elsewhere, none
 * of an earlier time is served. {@link io.roost.hostchange.HostChange} is the contract at a login, {@link
 * io.roost.hostchange.UserTree} the layout of the users' directories, and {@link io.roost.hostchange.HostChangeService} the
 * daemon that a director asks. Called by {@code io.roost.cli} and by whoever cuts users over; uses {@code io.roost.dovecot},
 * {@code io.roost.director} and {@code io.roost.posix}, and prints nothing.
 */
package io.roost.hostchange;
