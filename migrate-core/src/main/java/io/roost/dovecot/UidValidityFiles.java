package io.roost.dovecot;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

import io.roost.posix.NewFiles;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * The pair of files from which Dovecot allocates UIDVALIDITY values, in the control tree:
 *
 * <table>
 * <caption>Files</caption>
 * <tr><td>{@code dovecot-uidvalidity}</td><td>the last value allocated, 8 lower-case hex digits, no line feed</td></tr>
 * <tr><td>{@code dovecot-uidvalidity.XXXXXXXX}</td><td>empty, mode 0444; renamed to the next value to allocate it. Where
 * there is none of the first file's number, the highest of these counts</td></tr>
 * </table>
 *
 * Source: mdbox-format reference §1.3; Dovecot 2.3.19.1's {@code mailbox-uidvalidity.c}.
 */
public final class UidValidityFiles {
    public static final String NAME = "dovecot-uidvalidity";
    private static final int DIGITS = 8;
    private static final int ALLOCATOR_MODE = 0444;

    private UidValidityFiles() {
    }

    /**
     * Creates both files, which must not exist.
     *
     * @param last the last value allocated, 1 to 2^32-1
     */
    public static void write(OpenDirectory control, long last, NewFiles files) throws PosixException {
        if (last < 1 || last > 0xffffffffL) {
            throw new IllegalArgumentException("UIDVALIDITY " + last);
        }
        String hex = String.format("%08x", last);
        ByteBuffer out = ByteBuffer.allocateDirect(DIGITS).put(hex.getBytes(StandardCharsets.US_ASCII)).flip();
        try (OpenFile file = files.createFile(control, NAME)) {
            file.write(out);
            files.written(file);
        }
        Ownership ownership = files.ownership();
        new Ownership(ownership.uid(), ownership.gid(), ALLOCATOR_MODE, ownership.directoryMode())
                .createFile(control, NAME + "." + hex).close();
    }

    /**
     * The greatest value of both files, empty if neither tells one. What may not be read, or is no file, tells none: Dovecot
     * starts anew then. The file's number alone does not count for Dovecot unless the other has it in its name, and whoever
     * goes on from the greatest goes on from a number that no mailbox has.
     */
    public static OptionalLong read(OpenDirectory control) throws PosixException {
        long[] greatest = {0};
        control.list((name, kind) -> {
            if (name.startsWith(NAME + ".")) {
                greatest[0] = Math.max(greatest[0], parse(name.substring(NAME.length() + 1)));
            }
        });
        ByteBuffer in = ByteBuffer.allocateDirect(DIGITS);
        try (OpenFile file = control.openFile(NAME)) {
            if (file.status().isFile()) {
                file.preadFully(in, 0);
            }
        } catch (PosixException e) {
            switch (e.errno()) {
                case PosixException.ENOENT, PosixException.EACCES, PosixException.EPERM, PosixException.ELOOP -> {
                }
                default -> throw e;
            }
        }
        byte[] digits = new byte[in.flip().remaining()];
        in.get(digits);
        long value = Math.max(greatest[0], parse(new String(digits, StandardCharsets.ISO_8859_1)));
        return value > 0 ? OptionalLong.of(value) : OptionalLong.empty();
    }

    /** 0 if it is no hex number of up to 8 digits. */
    private static long parse(String text) {
        if (text.isEmpty() || text.length() > DIGITS) {
            return 0;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return 0;
            }
            value = value << 4 | digit;
        }
        return value;
    }
}
