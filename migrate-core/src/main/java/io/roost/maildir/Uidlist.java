package io.roost.maildir;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.Guid128;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * {@code dovecot-uidlist}: which UID a mail has, by the base of its file name. Text with LF line ends; a last line without LF
 * is still being written and does not count yet.
 *
 * <pre>
 * version 1, also Courier's courierimapuiddb
 *   header  = "1 " uidvalidity " " nextuid
 *   record  = uid SP filename                      uid below nextuid
 * version 3
 *   header  = "3 " *( key value *SP )              in any order
 *               V  UIDVALIDITY                     decimal, not 0
 *               N  next UID when the file was rewritten; appending does not change it; decimal, not 0
 *               G  mailbox GUID                    32 hex digits, absent before Dovecot 2.0
 *               others are ignored
 *   record  = uid SP *( key value *SP ) ":" filename
 *               G  mail GUID                       absent: the base of the file name
 *               P  POP3 UIDL                       empty: the base of the file name
 *               O  POP3 order                      decimal
 *               S, W  sizes, and other capitals    ignored; anything else that stands there is skipped
 * </pre>
 *
 * <p>UIDs ascend and lie below 2^32-1. File names may carry flags of any age, so only their base counts. Whatever breaks a
 * rule makes the file corrupt: Dovecot then deletes it and numbers the mails anew. Source: Dovecot 2.3.19.1's
 * {@code maildir-uidlist.c} and a running one.
 *
 * <p>The records are read one by one and none is kept. Not thread-safe.
 */
final class Uidlist implements Closeable {
    /** Dovecot's name for it. */
    static final String FILE = "dovecot-uidlist";
    private static final long MAX_UID = 0xfffffffeL;

    private final OpenFile file;
    private final FileStatus status;
    private final LineReader lines;
    private boolean version3;
    private long uidValidity;
    private long headerNextUid;
    private Guid128 mailboxGuid;

    private long uid;
    private int guidStart;
    private int guidEnd;
    private int pop3UidlStart;
    private int pop3UidlEnd;
    private long pop3Order;
    private int nameStart;
    private int nameEnd;

    private Uidlist(OpenFile file, FileStatus status) {
        this.file = file;
        this.status = status;
        lines = new LineReader(file);
    }

    /**
     * Opens the file and reads its header.
     *
     * @return empty if there is none, or one without a single complete line: Dovecot treats it alike
     * @throws CorruptFileException if the header is none
     */
    static Optional<Uidlist> open(OpenDirectory directory, String name) throws IOException {
        OpenFile file;
        try {
            file = directory.openFile(name);
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
        try {
            FileStatus status = file.status();
            if (!status.isFile()) {
                throw new CorruptFileException(file.path(), 0, "a regular file", "something else");
            }
            Uidlist list = new Uidlist(file, status);
            if (list.lines.next()) {
                list.readHeader();
                return Optional.of(list);
            }
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        file.close();
        return Optional.empty();
    }

    private void readHeader() throws CorruptFileException {
        byte[] b = lines.bytes();
        int at = lines.start();
        int end = lines.end();
        if (end - at < 2 || b[at + 1] != ' ' || b[at] != '1' && b[at] != '3') {
            throw lines.corrupt("a header of version 1 or 3");
        }
        version3 = b[at] == '3';
        if (version3) {
            readHeaderFields(b, at + 2, end);
        } else {
            int space = find(b, at + 2, end, ' ');
            uidValidity = decimal(b, at + 2, space);
            headerNextUid = decimal(b, Math.min(space + 1, end), find(b, Math.min(space + 1, end), end, ' '));
        }
        if (uidValidity < 1 || headerNextUid < 1) {
            throw lines.corrupt("UIDVALIDITY and next UID, neither of them 0");
        }
    }

    private void readHeaderFields(byte[] b, int from, int end) throws CorruptFileException {
        int at = from;
        while (at < end) {
            int valueEnd = find(b, at, end, ' ');
            switch (b[at]) {
                case 'V' -> uidValidity = decimal(b, at + 1, valueEnd);
                case 'N' -> headerNextUid = decimal(b, at + 1, valueEnd);
                case 'G' -> {
                    String guid = lines.text(at + 1, valueEnd);
                    if (!Guid128.isHex(guid)) {
                        throw lines.corrupt("a mailbox GUID of 32 hex digits");
                    }
                    mailboxGuid = Guid128.parse(guid);
                }
                default -> { }
            }
            at = skipSpaces(b, valueEnd, end);
        }
    }

    /**
     * Goes to the next record.
     *
     * @return false at the end
     * @throws CorruptFileException if it breaks a rule; the file is of no use from there on
     */
    boolean next() throws IOException {
        if (!lines.next()) {
            return false;
        }
        byte[] b = lines.bytes();
        int end = lines.end();
        int at = find(b, lines.start(), end, ' ');
        long before = uid;
        long read = decimal(b, lines.start(), at);
        if (read < 1 || at == end) {
            throw lines.corrupt("a UID and a file name");
        }
        if (read <= before) {
            throw lines.corrupt("a UID above " + before);
        }
        if (read > MAX_UID || !version3 && read >= headerNextUid) {
            throw lines.corrupt("a UID of at most " + (version3 ? MAX_UID : headerNextUid - 1));
        }
        at = skipSpaces(b, at, end);
        guidEnd = guidStart = pop3UidlEnd = 0;
        pop3UidlStart = -1;
        pop3Order = 0;
        if (version3) {
            at = readFields(b, at, end);
        }
        if (find(b, at, end, '/') < end) {
            throw lines.corrupt("a file name without a slash");
        }
        nameStart = at;
        nameEnd = end;
        uid = read;
        return true;
    }

    private int readFields(byte[] b, int from, int end) throws CorruptFileException {
        int at = from;
        while (at < end && b[at] != ':') {
            int valueEnd = find(b, at, end, ' ');
            switch (b[at]) {
                case 'G' -> {
                    guidStart = at + 1;
                    guidEnd = valueEnd;
                }
                case 'P' -> {
                    pop3UidlStart = at + 1;
                    pop3UidlEnd = valueEnd;
                }
                case 'O' -> pop3Order = Math.max(0, decimal(b, at + 1, valueEnd));
                default -> { }
            }
            at = skipSpaces(b, valueEnd, end);
        }
        if (at + 1 >= end) {
            throw lines.corrupt("a colon and a file name after the UID");
        }
        return at + 1;
    }

    private static int find(byte[] b, int from, int end, char c) {
        int i = from;
        while (i < end && b[i] != c) {
            i++;
        }
        return i;
    }

    private static int skipSpaces(byte[] b, int from, int end) {
        int i = from;
        while (i < end && b[i] == ' ') {
            i++;
        }
        return i;
    }

    /** A number of 32 bits, or -1 if it is none. */
    private static long decimal(byte[] b, int from, int end) {
        long n = 0;
        for (int i = from; i < end; i++) {
            if (b[i] < '0' || b[i] > '9') {
                return -1;
            }
            n = n * 10 + b[i] - '0';
            if (n > 0xffffffffL) {
                return -1;
            }
        }
        return from < end ? n : -1;
    }

    /** Of the open file, taken before anything was read. */
    FileStatus status() {
        return status;
    }

    /** 1 to 2^32-1. */
    long uidValidity() {
        return uidValidity;
    }

    /** The next UID as far as it is known: above the header's and that of every record read so far. */
    long nextUid() {
        return Math.max(headerNextUid, uid + 1);
    }

    Optional<Guid128> mailboxGuid() {
        return Optional.ofNullable(mailboxGuid);
    }

    /** UID of the record; 0 before the first. */
    long uid() {
        return uid;
    }

    /** The bytes that the record's file name is a slice of. */
    byte[] bytes() {
        return lines.bytes();
    }

    int nameStart() {
        return nameStart;
    }

    int nameEnd() {
        return nameEnd;
    }

    /** Where the mail GUID starts in {@link #bytes()}. */
    int guidStart() {
        return guidStart;
    }

    /** Length of the mail GUID, 0 if the record has none: then it is the base of the file name. */
    int guidLength() {
        return guidEnd - guidStart;
    }

    /** Where the POP3 UIDL starts in {@link #bytes()}, -1 if the record has none. */
    int pop3UidlStart() {
        return pop3UidlStart;
    }

    /** Length of the POP3 UIDL; 0 means the base of the file name. */
    int pop3UidlLength() {
        return pop3UidlEnd - pop3UidlStart;
    }

    /** POP3 order, 0 if none. */
    long pop3Order() {
        return pop3Order;
    }

    @Override
    public void close() {
        file.close();
    }
}
