package io.roost.director;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.Variables;
import io.roost.posix.ByteString;

/**
 * A director's hash of user names: {@code director_username_hash} expanded with {@code %u %n %d}, the first four bytes of its
 * MD5 as a big-endian unsigned number, 0 counting as 1. Users with the same hash are one user to a director: they are moved
 * together. Hashes are ints that hold unsigned numbers. Immutable and thread-safe. Source: {@code mail_user_hash} of Dovecot
 * 2.3; checked against a running one.
 */
public final class UserHash {
    /** Dovecot's default: the whole name in lower case. */
    public static final String DEFAULT_FORMAT = "%Lu";

    private final String format;

    /**
     * @param format the setting {@code director_username_hash}
     * @throws InvalidSettingException if it cannot be expanded
     */
    public UserHash(String format) throws InvalidSettingException {
        this.format = format;
        of("user@example.org");
    }

    public String format() {
        return format;
    }

    /**
     * The hash of a user, an unsigned number.
     *
     * @param user name, text
     */
    public int of(String user) throws InvalidSettingException {
        byte[] md5 = md5().digest(ByteString.toBytes(Variables.ofUser(user).expand(format)));
        int hash = (md5[0] & 0xff) << 24 | (md5[1] & 0xff) << 16 | (md5[2] & 0xff) << 8 | md5[3] & 0xff;
        return hash == 0 ? 1 : hash;
    }

    /** As directors write it: decimal. */
    public static String text(int hash) {
        return Integer.toUnsignedString(hash);
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has MD5", e);
        }
    }
}
