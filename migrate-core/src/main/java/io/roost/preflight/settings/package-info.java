/**
 * Checks that read Dovecot's settings alone, or settings and a file that they name. Called by {@code io.roost.preflight} only,
 * which knows all of them.
 */
package io.roost.preflight.settings;
