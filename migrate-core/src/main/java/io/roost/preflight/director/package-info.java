/**
 * Checks that ask a director, or read its settings. Called by {@code io.roost.preflight} only.
 */
package io.roost.preflight.director;
