/**
 * Checks that have to try: locks, clocks, root squash. They make probe files in a directory that the administrator names, or
 * beside the targets, and remove them whatever happens. Called by {@code io.roost.preflight} only.
 */
package io.roost.preflight.probe;
