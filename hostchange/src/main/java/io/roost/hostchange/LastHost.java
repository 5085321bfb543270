package io.roost.hostchange;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;

/**
 * {@code INDEX/.lasthost}, the file on shared storage that names the host which used a user last:
 *
 * <pre>
 *   file  = host LF [ token LF ]
 *   host  = 1*255( %x21-2E / %x30-7E )        ; visible ASCII without "/"
 *   token = 32( "0"-"9" / "a"-"f" )           ; random, new each time the file is written
 * </pre>
 *
 * Roost draws 128 bits for the token, the post-login script of the samples a UUID, with 122.
 *
 * <p>The first line is the contract of Dovecot's own plugin {@code nfs_hostchange}; it alone is what that plugin may have
 * left, also without the LF. The token makes two versions of the file differ even if an inode number is used again, the clock
 * stood still or was set back, or two hosts bear one name. At most {@link #MAX_SIZE} bytes. The file is only ever replaced by
 * rename, so that whoever reads it sees one version.
 *
 * @param host  name of the host
 * @param token empty if the file has none: then it was not written by Roost
 */
record LastHost(String host, Optional<String> token) {
    static final String FILE = ".lasthost";
    static final int MAX_SIZE = 512;
    static final int MAX_HOST = 255;
    private static final int TOKEN_LENGTH = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    LastHost {
        if (!isHost(host) || token.isPresent() && !isToken(token.get())) {
            throw new IllegalArgumentException(host + " " + token);
        }
    }

    /** A new version of the file, for this host. */
    static LastHost now(String host) {
        byte[] bits = new byte[TOKEN_LENGTH / 2];
        RANDOM.nextBytes(bits);
        return new LastHost(host, Optional.of(HexFormat.of().formatHex(bits)));
    }

    /** Whether it can stand in the file. */
    static boolean isHost(String host) {
        return !host.isEmpty() && host.length() <= MAX_HOST
                && host.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '/');
    }

    private static boolean isToken(String token) {
        return token.length() == TOKEN_LENGTH
                && token.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }

    /**
     * @param content of the file, a byte string
     * @param file    its path, for the exception
     */
    static LastHost read(String content, String file) throws CorruptFileException {
        if (content.length() > MAX_SIZE) {
            throw new CorruptFileException(file, MAX_SIZE, "at most " + MAX_SIZE + " bytes", "more");
        }
        int end = content.indexOf('\n');
        String host = end < 0 ? content : content.substring(0, end);
        if (!isHost(host)) {
            throw new CorruptFileException(file, 0, "a host name", shown(host));
        }
        if (end < 0 || end + 1 == content.length()) {
            return new LastHost(host, Optional.empty());
        }
        String token = content.substring(end + 1);
        if (!token.endsWith("\n") || !isToken(token.substring(0, token.length() - 1))) {
            throw new CorruptFileException(file, end + 1L, "32 hex digits and a line feed", shown(token));
        }
        return new LastHost(host, Optional.of(token.substring(0, token.length() - 1)));
    }

    /** The file's content, a byte string. */
    String write() {
        return host + "\n" + token.map(t -> t + "\n").orElse("");
    }

    static String shown(String bytes) {
        return bytes.isEmpty() ? "nothing" : "\"" + ByteString.toText(bytes.substring(0, Math.min(60, bytes.length()))) + "\"";
    }
}
