/**
 * The source of a migration: a Maildir as Dovecot and others leave it, read without ever changing it. A scan yields
 * snapshots of names, UIDs, flags and keywords; mails are opened one by one through {@link io.roost.maildir.MailOpener}.
 * {@code io.roost.migrate} calls it.
 */
package io.roost.maildir;
