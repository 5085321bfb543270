package io.roost.gate;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.roost.posix.ByteString;

/**
 * A closed gate as a file that Dovecot's dict userdb reads by {@code uri = fs:posix:prefix=DIRECTORY/}, {@code key =
 * %{sha256:user}} and {@code format = json}. The file's name is the SHA-256 of the user's name in lower-case hex, so that no name
 * leads elsewhere.
 *
 * <pre>
 *   file    = "{" %s"tempfail" : "yes" , %s"reason" : reason , %s"roost_user" : name , %s"roost_host" : host , %s"roost_pid" : 1*DIGIT
 *             , %s"roost_run" : run , %s"roost_closed" : seconds , %s"roost_expires" : seconds "}" LF
 * </pre>
 *
 * where names and values are in quotation marks, in which {@code "} and {@code \} have a {@code \} before them, and nothing but
 * {@code :} and {@code ,} stands between them. Reason, host, run and seconds are as in {@link GateFileFormat}, but with the reason's
 * own spaces, and without variables. {@code tempfail} turns the lookup into a temporary failure; the fields that start with
 * {@code roost_} would be fields of the user if there were no {@code tempfail}, and are nothing with it.
 */
final class DictGateFormat {
    static final Pattern NAME = Pattern.compile("[0-9a-f]{64}");
    private static final String STRING = "\"((?:[^\"\\\\\\x00-\\x1f]|\\\\[\"\\\\])*)\"";
    private static final Pattern FILE = Pattern.compile("\\{\"tempfail\":\"yes\",\"reason\":" + STRING + ",\"roost_user\":" + STRING
            + ",\"roost_host\":\"(" + RunIdentity.HOST + ")\",\"roost_pid\":\"([1-9][0-9]{0,17})\",\"roost_run\":\"("
            + RunIdentity.RUN + ")\",\"roost_closed\":\"([0-9]{1,11})\",\"roost_expires\":\"([0-9]{1,11})\"}\n");

    private DictGateFormat() {
    }

    /** Under which name a user's gate is looked for. */
    static String fileName(String user) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(user.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** @return empty if it is not as {@link #write} makes it */
    static Optional<GateEntry> read(byte[] content) {
        Matcher m = FILE.matcher(ByteString.of(content, 0, content.length));
        if (!m.matches()) {
            return Optional.empty();
        }
        return Optional.of(new GateEntry(plain(m.group(2)), plain(m.group(1)),
                new RunIdentity(m.group(3), Long.parseLong(m.group(4)), m.group(5)),
                Instant.ofEpochSecond(Long.parseLong(m.group(6))), Instant.ofEpochSecond(Long.parseLong(m.group(7)))));
    }

    /** @param entry whose user and reason were checked */
    static byte[] write(GateEntry entry) {
        RunIdentity owner = entry.owner();
        return ("{\"tempfail\":\"yes\",\"reason\":" + quoted(entry.reason()) + ",\"roost_user\":" + quoted(entry.user())
                + ",\"roost_host\":\"" + owner.host() + "\",\"roost_pid\":\"" + owner.pid() + "\",\"roost_run\":\"" + owner.run()
                + "\",\"roost_closed\":\"" + entry.closed().getEpochSecond() + "\",\"roost_expires\":\""
                + entry.expires().getEpochSecond() + "\"}\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        return '"' + text.replaceAll("[\"\\\\]", "\\\\$0") + '"';
    }

    private static String plain(String quoted) {
        return new String(ByteString.toBytes(quoted.replaceAll("\\\\(.)", "$1")), StandardCharsets.UTF_8);
    }
}
