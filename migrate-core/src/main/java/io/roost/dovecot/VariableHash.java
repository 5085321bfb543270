package io.roost.dovecot;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.roost.posix.ByteString;

/**
 * The hash functions of variables: {@code %{sha256;rounds=N,truncate=BITS,format=F,salt=S:user}}.
 *
 * <table>
 * <caption>Options, comma-separated</caption>
 * <tr><td>{@code rounds}</td><td>times the hash is applied, 1 by default; 2048 for {@code pkcs5}</td></tr>
 * <tr><td>{@code truncate}</td><td>keep only the first so many bits, shifted right within their bytes</td></tr>
 * <tr><td>{@code format}</td><td>{@code hex} (default), {@code hexuc} (which Dovecot writes in lower case all the same) or
 *     {@code base64}</td></tr>
 * <tr><td>{@code salt}</td><td>expanded, and hashed before the value in each round; options after it are ignored. For
 *     {@code pkcs5} the variable's name by default</td></tr>
 * </table>
 *
 * Unknown options are ignored. {@code pkcs5} is PBKDF2 with SHA-256; its result has the 336 bytes of a C structure. Source:
 * {@code var_expand_hash} of 2.3.19.1.
 */
enum VariableHash {
    MD4(16), MD5(16), SHA1(20), SHA256(32), SHA384(48), SHA512(64), SHA3_256(32), SHA3_512(64), SIZE(8), PKCS5(336);

    private static final long MAX_ROUNDS = 10_000_000;

    private final int bytes;

    VariableHash(int bytes) {
        this.bytes = bytes;
    }

    static Optional<VariableHash> named(String name) {
        for (VariableHash hash : values()) {
            if (hash.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(name)) {
                return Optional.of(hash);
            }
        }
        return Optional.empty();
    }

    /** MD5 in lower-case hex. */
    static String md5Hex(String value) {
        return HexFormat.of().formatHex(digest("MD5", ByteString.toBytes(value)));
    }

    String apply(Variables variables, String value, String variable, String options, String template, int depth)
            throws InvalidSettingException {
        long rounds = this == PKCS5 ? 2048 : 1;
        long truncate = 0;
        String format = "hex";
        String salt = this == PKCS5 ? variable : "";
        for (String option : options.split(",")) {
            int equals = option.indexOf('=');
            String key = equals < 0 ? "" : option.substring(0, equals);
            String argument = option.substring(equals + 1);
            if (key.equals("salt")) {
                salt = variables.expandBytes(argument, depth + 1);
                break;
            }
            switch (key) {
                case "rounds" -> rounds = number(template, key, argument, 1, MAX_ROUNDS);
                case "truncate" -> truncate = number(template, key, argument, 0, 0xffffffffL);
                case "format" -> format = argument;
                default -> { }
            }
        }
        byte[] salted = ByteString.toBytes(salt);
        byte[] result = this == PKCS5 ? pbkdf2(ByteString.toBytes(value), salted, (int) rounds)
                : rounds(ByteString.toBytes(value), salted, rounds);
        result = truncate(result, Math.min(truncate, bytes * 8L));
        return switch (format) {
            case "hex", "hexuc" -> HexFormat.of().formatHex(result);
            case "base64" -> Base64.getEncoder().encodeToString(result);
            default -> throw Variables.bad(template, "format=hex, hexuc or base64", "correct the hash function's format");
        };
    }

    private static long number(String template, String key, String argument, long min, long max)
            throws InvalidSettingException {
        if (argument.matches("[0-9]{1,10}")) {
            long number = Long.parseLong(argument);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw Variables.bad(template, key + " between " + min + " and " + max, "correct the hash function's options");
    }

    private byte[] rounds(byte[] value, byte[] salt, long rounds) {
        byte[] result = value;
        for (long i = 0; i < rounds; i++) {
            byte[] input = Arrays.copyOf(salt, salt.length + result.length);
            System.arraycopy(result, 0, input, salt.length, result.length);
            result = digest(input);
        }
        return result;
    }

    private byte[] digest(byte[] input) {
        return switch (this) {
            case MD4 -> Md4.digest(input);
            case MD5 -> digest("MD5", input);
            case SHA1 -> digest("SHA-1", input);
            case SHA256, PKCS5 -> digest("SHA-256", input);
            case SHA384 -> digest("SHA-384", input);
            case SHA512 -> digest("SHA-512", input);
            case SHA3_256 -> digest("SHA3-256", input);
            case SHA3_512 -> digest("SHA3-512", input);
            case SIZE -> ByteBuffer.allocate(8).putLong(input.length).array();
        };
    }

    private static byte[] digest(String algorithm, byte[] input) {
        try {
            return MessageDigest.getInstance(algorithm).digest(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + algorithm, e);
        }
    }

    private byte[] pbkdf2(byte[] password, byte[] salt, int rounds) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // Java refuses an empty key; HMAC pads keys with zeros anyway
            mac.init(new SecretKeySpec(password.length == 0 ? new byte[1] : password, "HmacSHA256"));
            ByteBuffer out = ByteBuffer.allocate((bytes + 31) / 32 * 32);
            for (int block = 1; out.hasRemaining(); block++) {
                mac.update(salt);
                byte[] u = mac.doFinal(ByteBuffer.allocate(4).putInt(block).array());
                byte[] sum = u.clone();
                for (int i = 1; i < rounds; i++) {
                    u = mac.doFinal(u);
                    for (int j = 0; j < sum.length; j++) {
                        sum[j] ^= u[j];
                    }
                }
                out.put(sum);
            }
            return Arrays.copyOf(out.array(), bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HmacSHA256", e);
        }
    }

    /** The first {@code bits} bits as a number, so that its last bit is the last of the last byte; all of them if 0. */
    private static byte[] truncate(byte[] value, long bits) {
        if (bits == 0 || value.length * 8L < bits) {
            return value;
        }
        byte[] out = Arrays.copyOf(value, (int) ((bits + 7) / 8));
        int rest = (int) (bits % 8);
        if (rest > 0) {
            for (int i = out.length - 1; i > 0; i--) {
                out[i] = (byte) ((out[i] & 0xff) >> 8 - rest | (out[i - 1] & 0xff >> rest) << rest);
            }
            out[0] = (byte) ((out[0] & 0xff) >> 8 - rest);
        }
        return out;
    }
}
