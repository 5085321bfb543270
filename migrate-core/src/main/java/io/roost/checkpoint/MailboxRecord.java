package io.roost.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One mailbox of a user. The number is what placed mails refer to, and stays the same over all runs of a migration.
 *
 * <p>Format, big-endian: u64 mails, then the name in UTF-8 to the end.
 *
 * @param number 0 or more
 * @param name   its parts joined by NUL, which no name contains
 * @param mails  mails found by the last scan
 */
public record MailboxRecord(int number, String name, long mails) {

    byte[] write() {
        byte[] text = UserRecord.utf8(name);
        return ByteBuffer.allocate(8 + text.length).putLong(mails).put(text).array();
    }

    static MailboxRecord read(int number, ByteBuffer in) {
        if (in.remaining() < Long.BYTES) {
            throw new CheckpointException("a mailbox record of " + in.remaining() + " bytes, expected at least " + Long.BYTES
                    + ": the store is damaged");
        }
        long mails = in.getLong();
        byte[] text = new byte[in.remaining()];
        in.get(text);
        return new MailboxRecord(number, new String(text, StandardCharsets.UTF_8), mails);
    }

    /** The name for people. */
    public String displayName() {
        return name.replace('\0', '/');
    }
}
