package io.roost.mdbox;

/**
 * A mail's record as found in an {@code m.N}.
 *
 * @param offset     of the message header in the file, bytes
 * @param dataOffset of the mail's data
 * @param dataSize   bytes as stored
 * @param recordSize header, data and metadata together
 * @param metadata   what stands behind the data
 */
public record StoredMail(long offset, long dataOffset, long dataSize, long recordSize, MailMetadata metadata) {
}
