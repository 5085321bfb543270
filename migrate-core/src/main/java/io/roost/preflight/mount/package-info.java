/**
 * Checks of the mounts that mail lies on: options, separation, and the directory under each mount point. Called by
 * {@code io.roost.preflight} only.
 */
package io.roost.preflight.mount;
