/**
 * Dovecot's vocabulary: settings as {@code doveconf} prints them, {@code mail_location} and its keys, variables with their
 * modifiers and hashes, mailbox names and GUIDs, and users as the userdb knows them. Nothing here touches mail. Every other
 * package may call it; it depends only on {@code io.roost.posix}.
 */
package io.roost.dovecot;
