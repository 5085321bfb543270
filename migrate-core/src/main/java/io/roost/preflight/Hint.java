package io.roost.preflight;

/**
 * A piece of configuration that mends something.
 *
 * @param file where it belongs, such as {@link #DOVECOT}
 * @param text one or more lines, without the last line's end
 */
public record Hint(String file, String text) {
    public static final String DOVECOT = "dovecot.conf";
    public static final String FSTAB = "/etc/fstab";
    public static final String SHELL = "commands";

    /** Lines of {@code dovecot.conf}. */
    public static Hint dovecot(String text) {
        return new Hint(DOVECOT, text);
    }
}
