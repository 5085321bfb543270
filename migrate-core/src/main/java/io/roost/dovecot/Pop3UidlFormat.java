package io.roost.dovecot;

/**
 * {@code pop3_uidl_format}: what POP3 shows as UIDL of a mail that has none of its own. Variables are {@code %u} (UID),
 * {@code %v} (UIDVALIDITY), {@code %g} (GUID), {@code %f} (base file name in a Maildir) and {@code %m} (MD5 of headers, which
 * neither Maildir nor mdbox has), with the modifiers of {@link Variables}. Source: {@code pop3-commands.c} of 2.3.19.1.
 * Immutable and thread-safe.
 */
public final class Pop3UidlFormat {
    /** Dovecot's default. */
    public static final String DEFAULT = "%08Xu%08Xv";

    private final String format;
    private final String keys;

    private Pop3UidlFormat(String format, String keys) {
        this.format = format;
        this.keys = keys;
    }

    /** @throws InvalidSettingException if Dovecot would not start with it */
    public static Pop3UidlFormat of(String format) throws InvalidSettingException {
        StringBuilder keys = new StringBuilder();
        for (int i = format.indexOf('%'); i >= 0 && i + 1 < format.length(); i = format.indexOf('%', i)) {
            i++;
            while (i < format.length() && ("-.0123456789" + VariableModifier.ALL).indexOf(format.charAt(i)) >= 0) {
                i++;
            }
            char key = i < format.length() ? format.charAt(i++) : 0;
            if ("vumfg%".indexOf(key) < 0) {
                throw bad(format, "only the variables %u, %v, %g, %f and %m, not "
                        + (key == 0 ? "an unfinished one" : "%" + key));
            }
            if (key != '%') {
                keys.append(key);
            }
        }
        if (keys.isEmpty()) {
            throw bad(format, "at least one of the variables %u, %v, %g and %f");
        }
        return new Pop3UidlFormat(format, keys.toString());
    }

    /** As the administrator wrote it. */
    public String format() {
        return format;
    }

    /**
     * Whether the same format gives no UIDL on mdbox: it uses {@code %f}, so the UIDLs of today must be stored with the mails.
     */
    public boolean changesOnMdbox() {
        return uses('f');
    }

    /** Whether it gives no UIDL anywhere: it uses {@code %m}. POP3 users with such a format see errors already. */
    public boolean unsupported() {
        return uses('m');
    }

    /** Whether the mail's GUID is part of it. */
    public boolean usesGuid() {
        return uses('g');
    }

    private boolean uses(char key) {
        return keys.indexOf(key) >= 0;
    }

    /**
     * The UIDL of a mail.
     *
     * @param uid         1 to 2^32-1
     * @param uidValidity of its mailbox, 1 to 2^32-1
     * @param guid        GUID text, a byte string
     * @param baseName    name of its Maildir file up to the first colon, a byte string
     * @return a byte string
     * @throws InvalidSettingException if the format is {@link #unsupported}
     */
    public String expand(long uid, long uidValidity, String guid, String baseName) throws InvalidSettingException {
        if (unsupported()) {
            throw bad(format, "no %m: Maildir has no header MD5 and Dovecot itself shows no UIDL with it");
        }
        return Variables.none().with('u', "uid", Long.toString(uid)).with('v', "uidvalidity", Long.toString(uidValidity))
                .with('g', "guid", guid).with('f', "filename", baseName).expand(format);
    }

    private static InvalidSettingException bad(String format, String expected) {
        return new InvalidSettingException("pop3_uidl_format", format, expected, "correct it in dovecot.conf");
    }
}
