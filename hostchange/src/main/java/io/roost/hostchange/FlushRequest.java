package io.roost.hostchange;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import io.roost.posix.ByteString;

/**
 * What a director sends to {@code director_flush_socket} when it moves a user, in the protocol of Dovecot's program client:
 *
 * <pre>
 *   request = version *option reply *argument LF
 *   version = "VERSION" TAB "script" TAB "4" TAB minor LF
 *   option  = ( "alarm=" / "env_" ) *byte LF
 *   reply   = ( "-" / "noreply" ) LF           ; whether an answer is wanted
 *   argument = 1*byte LF                       ; tab-escaped
 *   arguments: "FLUSH", user hash (decimal), old host, new host, "up" / "down", vhost count of the old host
 * </pre>
 *
 * Over {@code unix:} this is followed by the end of the stream. Over {@code tcp:} lines end in CR LF, those that begin with a
 * dot have another one in front, and a line with a dot alone follows. Lines are those without framing here. At most
 * {@link #MAX_SIZE} bytes. Arguments after the fourth are not looked at. The answer is {@link FlushReply}. Source:
 * {@code program-client-remote.c} and {@code director.c} of Dovecot 2.3, and what a running 2.3.19.1 sent.
 *
 * @param hash    of the user's name, an unsigned number; see {@code io.roost.director.UserHash}
 * @param oldHost where the user was: an IP address as the director wrote it
 * @param newHost where the user will be, likewise
 * @param reply   whether an answer is wanted
 */
record FlushRequest(int hash, String oldHost, String newHost, boolean reply) {
    static final int MAX_SIZE = 8192;
    private static final int MAX_LINES = 64;
    private static final Pattern HASH = Pattern.compile("[0-9]{1,10}");
    private static final Pattern ADDRESS = Pattern.compile("[0-9A-Fa-f.:]{2,45}");

    /** Takes lines one by one until the request is whole. */
    static final class Reader {
        private final List<String> arguments = new ArrayList<>();
        private int lines;
        private boolean optionsOver;
        private boolean reply;
        private boolean complete;

        /**
         * @param line byte string without its end
         * @return whether that was the last line
         * @throws ProtocolException if it is not what a director sends
         */
        boolean line(String line) throws ProtocolException {
            if (++lines > MAX_LINES) {
                throw new ProtocolException("more than " + MAX_LINES + " lines");
            }
            if (lines == 1) {
                if (!line.startsWith("VERSION\tscript\t4\t")) {
                    throw unexpected(line, "VERSION script 4");
                }
            } else if (!optionsOver) {
                reply = line.equals("-");
                optionsOver = reply || line.equals("noreply");
                if (!optionsOver && !line.startsWith("alarm=") && !line.startsWith("env_")) {
                    throw unexpected(line, "- or noreply");
                }
            } else if (line.isEmpty()) {
                complete = true;
            } else {
                arguments.add(line);
            }
            return complete;
        }

        FlushRequest request() throws ProtocolException {
            if (!complete) {
                throw new ProtocolException("the request ended after " + lines + " lines, expected an empty line");
            }
            if (arguments.size() < 4 || !arguments.get(0).equals("FLUSH")) {
                throw unexpected(String.join(" ", arguments), "FLUSH with hash, old host and new host");
            }
            // escape sequences have no place in numbers and addresses
            String hash = arguments.get(1);
            if (!HASH.matcher(hash).matches() || Long.parseLong(hash) > 0xffffffffL) {
                throw unexpected(hash, "a hash of 32 bits");
            }
            for (String host : arguments.subList(2, 4)) {
                if (!ADDRESS.matcher(host).matches()) {
                    throw unexpected(host, "an IP address");
                }
            }
            return new FlushRequest((int) Long.parseLong(hash), arguments.get(2), arguments.get(3), reply);
        }

        private static ProtocolException unexpected(String found, String expected) {
            return new ProtocolException("found \"" + ByteString.toText(found.substring(0, Math.min(80, found.length())))
                    + "\", expected " + expected);
        }
    }

    /** The request as a director writes it, without framing. */
    String write() {
        return "VERSION\tscript\t4\t0\n" + (reply ? "-" : "noreply") + "\nFLUSH\n" + Integer.toUnsignedString(hash) + "\n"
                + oldHost + "\n" + newHost + "\nup\n100\n\n";
    }

    /** Reads a whole request, without framing. */
    static FlushRequest read(String bytes) throws IOException {
        if (bytes.length() > MAX_SIZE) {
            throw new ProtocolException("more than " + MAX_SIZE + " bytes");
        }
        Reader reader = new Reader();
        int at = 0;
        for (int end; (end = bytes.indexOf('\n', at)) >= 0; at = end + 1) {
            if (reader.line(bytes.substring(at, end))) {
                break;
            }
        }
        return reader.request();
    }
}
