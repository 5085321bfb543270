package io.roost.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

import io.roost.posix.ByteString;

/**
 * Something that was found about a user's source, kept so that a later run can still report it.
 *
 * <p>Format: UTF-8 text of the four, with NUL between them.
 *
 * @param kind    stable identifier of the kind of problem
 * @param mailbox name for people, empty if it concerns the whole user
 * @param path    the file or directory, a byte string
 * @param detail  a sentence
 */
public record ProblemRecord(String kind, String mailbox, String path, String detail) {

    /** One line for people. */
    @Override
    public String toString() {
        return kind + ": " + (mailbox.isEmpty() ? "" : mailbox + ": ") + ByteString.toText(path) + ": " + detail;
    }

    byte[] write() {
        return String.join("\0", clean(kind), clean(mailbox), clean(path), clean(detail)).getBytes(UTF_8);
    }

    private static String clean(String text) {
        return text.replace('\0', '?');
    }

    static ProblemRecord read(ByteBuffer in) {
        String[] parts = UTF_8.decode(in).toString().split("\0", -1);
        if (parts.length != 4) {
            throw new CheckpointException("a recorded problem of " + parts.length + " parts, expected 4: the store is damaged");
        }
        return new ProblemRecord(parts[0], parts[1], parts[2], parts[3]);
    }
}
