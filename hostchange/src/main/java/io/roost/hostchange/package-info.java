/**
 * Detection and purge of stale mailbox list indexes that a backend keeps in tmpfs. Nothing of it is built yet; it will
 * use Roost's Dovecot vocabulary from {@code io.roost.dovecot} and be called by {@code io.roost.cli} alone.
 */
package io.roost.hostchange;
