/**
 * The target of a migration: Dovecot's multi-dbox format, written natively and read back to verify. One class is one on-disk
 * format; {@code read} and {@code write} mirror each other. {@code io.roost.migrate} calls it.
 */
package io.roost.mdbox;
