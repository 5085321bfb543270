/**
 * How fast mail may be read, and why: a {@link io.roost.throttle.Throttle} that all readers of all users pass, and the sources
 * that may hold it back, each of which only looks at one thing and says what it asks for. A further source is one class that
 * implements {@link io.roost.throttle.ThrottleSource}. Knows nothing of mail; the pool over many users gives it to the
 * pipeline, commands change its sources while it runs.
 */
package io.roost.throttle;
