package io.roost.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What the store knows of a user's cutover: how long the user was locked out, and what a rollback needs. Times are Unix
 * milliseconds.
 *
 * <p>Format, big-endian: u8 version 1, u64 gated, u64 released, u32 work, u32 locked out, u8 1 if the userdb had a mail field, and
 * then that field to the end, UTF-8.
 *
 * @param gated         when the gate was closed for good, 0 if not yet
 * @param released      when it was opened after the switch, 0 if not yet
 * @param workMillis    how long Roost worked behind the closed gate
 * @param lockOutMillis from the first refused login that was possible to the first accepted one, as auth answered
 * @param fieldBefore   {@code mail} of the user in the userdb before the switch, a byte string; empty if there was none
 */
public record CutoverRecord(long gated, long released, int workMillis, int lockOutMillis, Optional<String> fieldBefore) {
    private static final byte VERSION = 1;
    private static final int FIXED = 26;

    /** After the user was let in. */
    public CutoverRecord released(long now, int work, int lockOut) {
        return new CutoverRecord(gated, now, work, lockOut, fieldBefore);
    }

    byte[] write() {
        byte[] field = fieldBefore.orElse("").getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(FIXED + field.length).put(VERSION).putLong(gated).putLong(released).putInt(workMillis)
                .putInt(lockOutMillis).put((byte) (fieldBefore.isPresent() ? 1 : 0)).put(field).array();
    }

    static CutoverRecord read(ByteBuffer in) {
        byte version = in.remaining() < FIXED ? 0 : in.get();
        if (version != VERSION) {
            throw new CheckpointException("a cutover record of version " + version + ", expected " + VERSION
                    + ": the store was written by another version of Roost, or is damaged");
        }
        long gated = in.getLong();
        long released = in.getLong();
        int work = in.getInt();
        int lockOut = in.getInt();
        boolean hasField = in.get() != 0;
        byte[] field = new byte[in.remaining()];
        in.get(field);
        return new CutoverRecord(gated, released, work, lockOut,
                hasField ? Optional.of(new String(field, StandardCharsets.UTF_8)) : Optional.empty());
    }
}
