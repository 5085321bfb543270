package io.roost.hostchange;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.FileStatus;

/**
 * {@code LISTINDEX/.lasthost}, the file in this host's memory that tells which version of {@code INDEX/.lasthost} the list
 * index beside it belongs to:
 *
 * <pre>
 *   file  = inode SP mtime LF content
 *   inode = 1*20DIGIT                  ; of INDEX/.lasthost, unsigned
 *   mtime = ["-"] 1*19DIGIT "." 9DIGIT ; of INDEX/.lasthost: Unix seconds, nanoseconds
 *   content                            ; of INDEX/.lasthost with its token, see {@link LastHost}
 * </pre>
 *
 * The first line is what {@code stat -c '%i %.9Y'} prints, and the rest a copy of the other file, so that a shell can compare
 * both without Roost. An empty file means that nothing is known, and so does anything that breaks this grammar. It is written
 * in place, under the lock that this very file carries: emptied first, then written whole; the token at the end tells a part
 * of it from the whole.
 *
 * @param inode of {@code INDEX/.lasthost}
 * @param mtime its modification time, seconds
 * @param nanos its nanoseconds, 0 to 999,999,999
 * @param host  its content; with a token
 */
record LastSeen(long inode, long mtime, int nanos, LastHost host) {
    static final int MAX_SIZE = LastHost.MAX_SIZE + 64;
    private static final int MAX_STAMP = 52;

    LastSeen {
        if (host.token().isEmpty()) {
            throw new IllegalArgumentException("without a token");
        }
    }

    /** What is known after having read a version of {@code INDEX/.lasthost} whose status is this. */
    static LastSeen of(FileStatus status, LastHost host) {
        return new LastSeen(status.inode(), status.mtime(), status.mtimeNanos(), host);
    }

    /** Whether that version is this one: content, inode number and time. */
    boolean matches(FileStatus status, LastHost other) {
        return host.equals(other) && inode == status.inode() && mtime == status.mtime() && nanos == status.mtimeNanos();
    }

    /**
     * @param content of the file, a byte string, not empty
     * @param file    its path, for the exception
     */
    static LastSeen read(String content, String file) throws CorruptFileException {
        int end = content.indexOf('\n');
        String stamp = content.substring(0, end < 0 || end > MAX_STAMP ? Math.min(MAX_STAMP, content.length()) : end);
        if (content.length() > MAX_SIZE || end != stamp.length() || !stamp.matches("[0-9]{1,20} -?[0-9]{1,19}\\.[0-9]{9}")) {
            throw new CorruptFileException(file, 0, "an inode number, a space and a time", LastHost.shown(stamp));
        }
        int space = stamp.indexOf(' ');
        int point = stamp.indexOf('.');
        try {
            LastHost host = LastHost.read(content.substring(end + 1), file);
            if (host.token().isEmpty()) {
                throw new CorruptFileException(file, content.length(), "32 hex digits and a line feed", "the end");
            }
            LastSeen seen = new LastSeen(Long.parseUnsignedLong(stamp.substring(0, space)),
                    Long.parseLong(stamp.substring(space + 1, point)), Integer.parseInt(stamp.substring(point + 1)), host);
            if (!seen.write().equals(content)) {
                throw new CorruptFileException(file, 0, "numbers without zeros in front", LastHost.shown(stamp));
            }
            return seen;
        } catch (NumberFormatException e) {
            throw new CorruptFileException(file, 0, "numbers of at most 64 bits", LastHost.shown(stamp));
        }
    }

    /** The file's content, a byte string. */
    String write() {
        return Long.toUnsignedString(inode) + " " + mtime + "." + String.format("%09d", nanos) + "\n" + host.write();
    }
}
