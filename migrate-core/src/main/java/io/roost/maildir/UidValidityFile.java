package io.roost.maildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * {@code dovecot-uidvalidity} in the control root: the last UIDVALIDITY that was given to a mailbox of the user.
 *
 * <pre>
 * dovecot-uidvalidity             8 hex digits
 * dovecot-uidvalidity.XXXXXXXX    empty; the same number in its name, and what counts if they differ
 * </pre>
 *
 * <p>Source: Dovecot 2.3.19.1's {@code mailbox-uidvalidity.c}.
 */
final class UidValidityFile {
    private static final String FILE = "dovecot-uidvalidity";
    private static final int DIGITS = 8;

    private UidValidityFile() {
    }

    /** The greatest of both numbers, 0 if there is none. What cannot be read counts as none: Dovecot starts anew then. */
    static long read(OpenDirectory control) throws IOException {
        long[] greatest = {0};
        control.list((name, kind) -> {
            if (name.startsWith(FILE + ".")) {
                greatest[0] = Math.max(greatest[0], parse(name.substring(FILE.length() + 1)));
            }
        });
        try (OpenFile file = control.openFile(FILE)) {
            ByteBuffer digits = ByteBuffer.allocateDirect(DIGITS);
            if (file.status().isFile()) {
                file.preadFully(digits, 0);
            }
            byte[] b = new byte[digits.flip().remaining()];
            digits.get(b);
            return Math.max(greatest[0], parse(new String(b, StandardCharsets.ISO_8859_1)));
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return greatest[0];
            }
            ProblemLog.kindOfRefusal(e);
            return greatest[0];
        }
    }

    private static long parse(String hex) {
        if (hex.isEmpty() || hex.length() > DIGITS || !hex.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128)) {
            return 0;
        }
        return Long.parseLong(hex, 16);
    }
}
