/**
 * What Dovecot's guide for NFS asks of a backend, looked at instead of read: settings, mounts, clocks, locks, permissions, the
 * director. Each {@link io.roost.preflight.Check} is a class that tells {@link io.roost.preflight.Finding}s about a
 * {@link io.roost.preflight.Backend}; {@link io.roost.preflight.Preflight} runs them, {@link io.roost.preflight.MountGuard}
 * watches mounts during a migration. {@code roost check}, {@code roost plan} and {@code roost migrate} call it; it changes
 * nothing but probe files that it removes.
 */
package io.roost.preflight;
