/**
 * One user's night: pinned to this backend through the director, kept out by the gate, made quiet, switched in the userdb, and let
 * in again, around the steps of {@link io.roost.migrate.UserMigration}. {@link io.roost.cutover.Night} runs one user;
 * {@code io.roost.cli} makes it of the options. It uses {@code director}, {@code gate} and {@code migrate}, and decides what they
 * leave open.
 */
package io.roost.cutover;
