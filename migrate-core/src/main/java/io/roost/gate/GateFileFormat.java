package io.roost.gate;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.InvalidSettingException;
import io.roost.posix.ByteString;

/**
 * The gate's passwd-file, which is Dovecot's first userdb: who is in it gets a temporary failure instead of their mail.
 *
 * <pre>
 *   file    = *( line LF )                      ; the last LF may be missing
 *   line    = entry / opened / other            ; other: comments, empty lines, an administrator's own entries; kept as they are
 *   entry   = name ":::::::" "userdb_tempfail" SP "userdb_reason=" reason SP "roost_host=" host SP "roost_pid=" 1*DIGIT
 *             SP "roost_run=" run SP "roost_closed=" seconds SP "roost_expires=" seconds
 *   opened  = entry with "#" in place of its first byte
 *   name    = 1*( byte / "\" ( DQUOTE / "'" / "\" ) )    ; UTF-8; not starting with "#", no ":"; see below
 *   reason  = word *( TAB word )                ; word: printable ASCII, "%" doubled
 *   seconds = 1*11DIGIT                         ; Unix time
 *   host, run                                   ; see RunIdentity
 * </pre>
 *
 * <p>What Dovecot 2.3 makes of it ({@code src/auth/db-passwd-file.c}, {@code userdb-passwd-file.c}, and seen):
 * <ul>
 * <li>Seven colons leave password, uid, gid, user information, home and shell empty: an entry without a gid would be no user.
 * <li>Behind them stand extra fields, divided by spaces. Only those that start with {@code userdb_} count in a userdb; the others are
 *     Roost's own. {@code tempfail} turns the lookup into a temporary failure, whatever its value.
 * <li>{@code reason} goes to IMAP and POP3 clients. A space would end it, so that it has tabs instead, which all protocols
 *     on the way carry and clients show as white space. Variables in it are expanded.
 * <li>The name is compared with {@code %u}, in which quotes and backslashes were escaped; so they are here.
 * <li>A line that starts with {@code #} is a comment. So overwriting one byte lets a user in, also where the disk has no room for
 *     another file; the next {@link #write} leaves such a line out.
 * <li>The first of two entries for a user counts, and the second is logged as an error: a user whom an administrator has entered
 *     is not entered once more.
 * </ul>
 */
final class GateFileFormat {
    private static final String BEFORE_FIELDS = ":::::::userdb_tempfail userdb_reason=";
    private static final Pattern ENTRY = Pattern.compile("((?:[^:\\\\\"']|\\\\[\\\\\"'])+):::::::userdb_tempfail "
            + "userdb_reason=([!-~\t]+) roost_host=(" + RunIdentity.HOST + ") roost_pid=([1-9][0-9]{0,17}) roost_run=("
            + RunIdentity.RUN + ") roost_closed=([0-9]{1,11}) roost_expires=([0-9]{1,11})");
    private static final Pattern OPENED = Pattern.compile("#[^:]*" + BEFORE_FIELDS + "[!-~\t]+ roost_host=.*");
    private static final String OURS = " roost_";
    /** Printable, and short enough for a line of POP3. */
    private static final Pattern REASON = Pattern.compile("[!-~]+( [!-~]+)*");
    private static final int MAX_REASON = 400;

    /**
     * A line without its LF.
     *
     * @param offset where it starts in the file; -1 for a new one
     * @param bytes  as it stands in the file, a byte string
     * @param entry  if it is Roost's, and whole
     */
    record Line(long offset, String bytes, Optional<GateEntry> entry) {
        /** The user that Dovecot would find by this line, a byte string as in the file; empty for comments and empty lines. */
        String name() {
            return bytes.startsWith("#") ? "" : bytes.substring(0, (bytes + ":").indexOf(':'));
        }

        /** Whether Roost wrote it, though somebody may have edited it since. */
        boolean isRoosts() {
            return !bytes.startsWith("#") && bytes.contains(OURS);
        }

        /** Whether it was an entry, and is none any more. */
        boolean isOpened() {
            return OPENED.matcher(bytes).matches();
        }

        /** @param file for the message, a byte string */
        Optional<CorruptFileException> damage(String file) {
            return !isRoosts() || entry.isPresent() ? Optional.empty() : Optional.of(new CorruptFileException(file, offset,
                    "an entry as Roost writes it, in this line", '"' + ByteString.toText(bytes.substring(0,
                            Math.min(bytes.length(), 200))) + '"'));
        }
    }

    private GateFileFormat() {
    }

    /** Any content can be read: what is no entry is an other line. */
    static List<Line> read(byte[] content) {
        List<Line> lines = new ArrayList<>();
        String text = ByteString.of(content, 0, content.length);
        for (int at = 0; at < text.length();) {
            int end = text.indexOf('\n', at);
            String line = text.substring(at, end < 0 ? text.length() : end);
            lines.add(new Line(at, line, entry(line)));
            at += line.length() + 1;
        }
        return lines;
    }

    /** All but those that are opened. */
    static byte[] write(List<Line> lines) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Line line : lines) {
            if (!line.isOpened()) {
                out.writeBytes(ByteString.toBytes(line.bytes()));
                out.write('\n');
            }
        }
        return out.toByteArray();
    }

    private static Optional<GateEntry> entry(String line) {
        Matcher m = ENTRY.matcher(line);
        if (line.startsWith("#") || !m.matches()) {
            return Optional.empty();
        }
        String name = m.group(1).replaceAll("\\\\(.)", "$1");
        RunIdentity owner = new RunIdentity(m.group(3), Long.parseLong(m.group(4)), m.group(5));
        return Optional.of(new GateEntry(text(name), m.group(2).replace('\t', ' ').replace("%%", "%"), owner,
                Instant.ofEpochSecond(Long.parseLong(m.group(6))), Instant.ofEpochSecond(Long.parseLong(m.group(7)))));
    }

    /** @param entry whose user and reason were checked */
    static Line line(GateEntry entry) {
        RunIdentity owner = entry.owner();
        String fields = entry.reason().replace("%", "%%").replace(' ', '\t') + " roost_host=" + owner.host() + " roost_pid="
                + owner.pid() + " roost_run=" + owner.run() + " roost_closed=" + entry.closed().getEpochSecond()
                + " roost_expires=" + entry.expires().getEpochSecond();
        return new Line(-1, PasswdFileName.of(entry.user()) + BEFORE_FIELDS + fields, Optional.of(entry));
    }

    /** Refuses a reason that a client's protocol cannot carry. */
    static String checkReason(String reason) throws InvalidSettingException {
        if (reason.length() > MAX_REASON || !REASON.matcher(reason).matches()) {
            throw new InvalidSettingException("reason of the gate", reason, "1 to " + MAX_REASON
                    + " characters of printable ASCII, words with one space between",
                    "IMAP and POP3 show it to clients in a line of ASCII");
        }
        return reason;
    }

    private static String text(String bytes) {
        return new String(ByteString.toBytes(bytes), StandardCharsets.UTF_8);
    }
}
