package io.roost.hostchange;

import java.util.List;

/**
 * The answer to a {@link FlushRequest}, after which the connection is closed:
 *
 * <pre>
 *   unix: *( text LF ) result LF
 *   tcp:  *( text CR LF ) "." CR LF result LF     ; a text that begins with a dot has another one in front
 *   result = "+" / "-"
 * </pre>
 *
 * After {@code +} the director lets the user's logins go on at once; after {@code -} it logs every text and waits for
 * {@code director_user_kick_delay} first. It cannot be kept from the move. Source: {@code program-client-remote.c} of Dovecot
 * 2.3; both forms tried with a running 2.3.19.1.
 *
 * @param problems what went wrong, one line each; none for success
 */
record FlushReply(List<String> problems) {
    private static final int MAX_LINES = 20;
    private static final int MAX_LENGTH = 500;

    /** Byte string of the answer. */
    String write(boolean tcp) {
        StringBuilder out = new StringBuilder();
        for (String problem : problems.subList(0, Math.min(MAX_LINES, problems.size()))) {
            String line = printable(problem);
            out.append(tcp && line.startsWith(".") ? "." : "").append(line).append(tcp ? "\r\n" : "\n");
        }
        if (tcp) {
            out.append(".\r\n");
        }
        return out.append(problems.isEmpty() ? "+\n" : "-\n").toString();
    }

    /** ASCII without control characters, so that nothing in it can be taken for the result or another line of a log. */
    private static String printable(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < Math.min(MAX_LENGTH, text.length()); i++) {
            char c = text.charAt(i);
            out.append(c >= ' ' && c < 0x7f ? c : '?');
        }
        return out.toString();
    }
}
