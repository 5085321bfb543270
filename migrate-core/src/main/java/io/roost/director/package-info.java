/**
 * Which backend a user is on, and how that is changed: the director-admin protocol of Dovecot 2.3 behind
 * {@link io.roost.director.Director}, and {@link io.roost.director.NoDirector} for a site with a single backend. A successor of
 * the director is one more implementation of that interface. Every package that pins, kicks or looks users up may call it; it
 * depends only on {@code io.roost.dovecot} and {@code io.roost.posix}.
 */
package io.roost.director;
