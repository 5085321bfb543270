/**
 * Dovecot's index files: {@code dovecot.index}, its transaction log and its cache, read and written byte by byte. One class
 * is one format. What the extensions mean is known only to {@code io.roost.maildir} and {@code io.roost.mdbox}, which call it.
 */
package io.roost.index;
