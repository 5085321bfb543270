/**
 * Checks of {@code mail_location}: where its keys lead, whether tmpfs is tmpfs, and whether the jobs that mdbox needs run.
 * Called by {@code io.roost.preflight} only.
 */
package io.roost.preflight.location;
