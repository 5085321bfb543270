package io.roost.mdbox;

/**
 * What a mail's metadata block in {@code m.N} holds.
 *
 * @param plainSize   size of the mail's text in bytes; written as {@code Z} only if it differs from the stored size
 * @param received    received date, Unix seconds, 0 to 2^32-1
 * @param virtualSize size with every line feed counted as CRLF, bytes
 * @param pop3Uidl    POP3 UIDL, a byte string without line feed, or null
 * @param pop3Order   POP3 order, 0 if none
 * @param guid        GUID text, a byte string without line feed, never empty
 * @param mailbox     storage name (encoded) of the mailbox it is first saved to, a byte string
 */
public record MailMetadata(long plainSize, long received, long virtualSize, String pop3Uidl, long pop3Order, String guid,
        String mailbox) {
}
