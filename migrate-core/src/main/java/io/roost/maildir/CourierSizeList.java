package io.roost.maildir;

import java.io.IOException;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * {@code courierpop3dsizelist} in Courier's INBOX: sizes and POP3 UIDLs.
 *
 * <pre>
 * header = "/3 " nextuid SP uidvalidity                  or "/2 ..."; the oldest files have none
 * record = filename SP size SP n [ ":" uidvalidity [ ":" utf8 flag ] ]
 *          filename SP n                                 without header
 * </pre>
 *
 * <p>The UIDL that clients see is {@code UID<n>-<uidvalidity>}, {@code UID<n>} if the record's UIDVALIDITY is 0 or missing,
 * and for {@code n} 0 the base of the file name, in which bytes outside 0x21 to 0x7e and {@code ' " +} are written
 * {@code +XX}. Source: Courier's {@code pop3dserver.c}.
 */
final class CourierSizeList {
    static final String FILE = "courierpop3dsizelist";

    private final NameStore names;
    /** Of each file, the address of its UIDL plus one; 0 if there is none. */
    private final int[] uidls;

    private CourierSizeList(MailFiles files) {
        names = files.names();
        uidls = new int[files.size()];
    }

    /** Reads the list of a mailbox's directory, if there is one; records of files that are gone are left out. */
    static Optional<CourierSizeList> read(OpenDirectory mailbox, MailFiles files) throws IOException {
        try (OpenFile file = mailbox.openFile(FILE)) {
            if (!file.status().isFile()) {
                throw new CorruptFileException(file.path(), 0, "a regular file", "something else");
            }
            CourierSizeList list = new CourierSizeList(files);
            LineReader lines = new LineReader(file);
            boolean header = false;
            while (lines.next()) {
                if (lines.number() == 1 && lines.end() > lines.start() && lines.bytes()[lines.start()] == '/') {
                    header = true;
                } else {
                    list.readRecord(lines, header, files);
                }
            }
            return Optional.of(list);
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void readRecord(LineReader lines, boolean hasSize, MailFiles files) throws CorruptFileException {
        String line = lines.text();
        int last = line.lastIndexOf(' ');
        int nameEnd = hasSize && last > 0 ? line.lastIndexOf(' ', last - 1) : last;
        String[] numbers = line.substring(last + 1).split(":", -1);
        if (nameEnd < 1 || !isNumber(numbers[0]) || numbers.length > 1 && !isNumber(numbers[1])) {
            throw lines.corrupt("a file name, its size and its UID");
        }
        String base = MailFileName.base(line.substring(0, nameEnd));
        int i = files.find(base);
        if (i >= 0) {
            byte[] uidl = ByteString.toBytes(uidl(base, numbers));
            uidls[i] = names.addText(uidl, 0, uidl.length) + 1;
        }
    }

    private static String uidl(String base, String[] numbers) {
        if (isZero(numbers[0])) {
            return encode(base);
        }
        boolean plain = numbers.length < 2 || isZero(numbers[1]);
        return "UID" + numbers[0] + (plain ? "" : "-" + numbers[1]);
    }

    private static String encode(String base) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < base.length(); i++) {
            char c = base.charAt(i);
            if (c < 0x21 || c > 0x7e || c == '\'' || c == '"' || c == '+') {
                out.append(String.format("+%02X", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isNumber(String s) {
        return !s.isEmpty() && s.length() <= 10 && s.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean isZero(String number) {
        return number.chars().allMatch(c -> c == '0');
    }

    /** The UIDL of a file, a byte string. */
    Optional<String> uidl(int file) {
        return uidls[file] == 0 ? Optional.empty() : Optional.of(names.text(uidls[file] - 1));
    }
}
