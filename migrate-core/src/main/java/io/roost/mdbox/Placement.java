package io.roost.mdbox;

/**
 * Where a mail's record lies.
 *
 * @param fileId     N of {@code m.N}, 1 or more
 * @param offset     of the message header in the file, bytes
 * @param recordSize header, data and metadata together, bytes
 */
public record Placement(int fileId, long offset, long recordSize) {
}
