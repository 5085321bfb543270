/**
 * One user's way from Maildir to mdbox, readable top to bottom:
 * {@link io.roost.migrate.UserMigration} runs the steps, {@link io.roost.migrate.Copier} moves the bytes (fed by
 * {@link io.roost.migrate.MailReaders}), {@link io.roost.migrate.Finisher} writes the indexes,
 * {@link io.roost.migrate.Verifier} reads everything back and {@link io.roost.migrate.Staging} publishes it.
 * {@link io.roost.migrate.Planner} says beforehand what will happen. What happens is told as {@link io.roost.migrate.Event}s;
 * nothing here prints or knows a command line. {@code io.roost.cli} calls it.
 */
package io.roost.migrate;
