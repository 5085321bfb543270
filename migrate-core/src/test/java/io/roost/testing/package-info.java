/**
 * What the tests of every module share: a private Dovecot with clients for its protocols, a view of everything it shows of a
 * user, builders of Maildirs, and the report of skipped tests. Only tests call it. It is written without Roost's own readers
 * and writers, so that a mistake there cannot hide itself here.
 */
package io.roost.testing;
