/**
 * What comes after a user has moved: the way back to the Maildir, and the end of the Maildir. Each is a class with one method that
 * does the whole of it for one user, step by step, and may be run again after a crash at any of them. Only commands call it; it uses
 * the gate and the switch of {@code gate}, verification of {@code migrate}, and what {@code checkpoint} remembers.
 */
package io.roost.aftercare;
