/**
 * The checkpoint store: what has been done for which user, kept in LMDB on a local disk so that a killed run goes on where
 * it stopped. The only package that knows lmdbjava. {@code io.roost.migrate} writes it, {@code io.roost.cli} reads it.
 *
 * <pre>
 *   STATE/               mode 0700
 *     data.mdb lock.mdb  the LMDB environment; {@link io.roost.checkpoint.StoreTables} has its databases
 *     users.lock         the byte at a user's number is locked while a process works on that user; empty
 * </pre>
 * A batch becomes visible in one transaction with the lengths of the data files that it fills, and only after those are
 * synced. The newest transactions may be lost when the machine loses power, never the older ones, and never half of one:
 * LMDB runs with MDB_NOMETASYNC.
 */
package io.roost.checkpoint;
