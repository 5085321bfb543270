package io.roost.dovecot;

import java.util.Optional;

/**
 * A {@code mail_location} after variable expansion: driver, root directory and keys. All paths are absolute byte strings
 * without a trailing slash and without {@code .} or {@code ..} components.
 *
 * @param driver        {@code maildir} or {@code mdbox} are what Roost works with; others parse too
 * @param root          the mail root
 * @param index         {@code INDEX=}, empty if indexes lie under the root; {@code MEMORY} gives an empty value and
 *                      {@code indexInMemory}
 * @param indexInMemory {@code INDEX=MEMORY}
 * @param control       {@code CONTROL=}, empty if control files lie under the root
 * @param listIndex     {@code LISTINDEX=} as given, {@code ~} expanded: a file prefix, absolute or relative to the index root
 * @param volatileDir   {@code VOLATILEDIR=}
 * @param alt           {@code ALT=}
 * @param altNoCheck    {@code ALTNOCHECK}
 * @param layout        {@code LAYOUT=}, or the driver's default
 * @param iterIndex     {@code ITERINDEX}
 * @param dirName       {@code DIRNAME=} or {@code FULLDIRNAME=}; {@code dbox-Mails} by default for dbox formats, empty for
 *                      Maildir
 * @param fullDirName   whether it was {@code FULLDIRNAME=}: also used below INDEX and CONTROL
 * @param mailboxDir    {@code MAILBOXDIR=}; {@code mailboxes} by default for dbox formats, empty for Maildir
 * @param inbox         {@code INBOX=}: another place for the INBOX of a Maildir
 * @param subscriptions {@code SUBSCRIPTIONS=}, {@code subscriptions} by default
 * @param utf8          {@code UTF-8}: directory names are UTF-8 instead of modified UTF-7
 * @param indexCache    {@code INDEXCACHE=}: another root for {@code dovecot.index.cache}
 * @param indexPrivate  {@code INDEXPVT=}: root of each reader's own flags of shared mailboxes
 * @param brokenChar    {@code BROKENCHAR=}: escapes names that cannot be decoded, 0 if not set
 * @param noNoselect    {@code NO-NOSELECT}
 * @param noFsValidation {@code NO-FS-VALIDATION}
 * @param escapeChar    what the plugin listescape escapes directory names with, see {@link DovecotSettings#storageEscapeChar};
 *                      0 without it. Dovecot takes it from its settings, not from the location
 */
public record MailLocation(String driver, String root, Optional<String> index, boolean indexInMemory, Optional<String> control,
        Optional<String> listIndex, Optional<String> volatileDir, Optional<String> alt, boolean altNoCheck, Layout layout,
        boolean iterIndex, String dirName, boolean fullDirName, String mailboxDir, Optional<String> inbox,
        String subscriptions, boolean utf8, Optional<String> indexCache, Optional<String> indexPrivate, char brokenChar,
        boolean noNoselect, boolean noFsValidation, char escapeChar) {

    /** How mailbox names become directories. */
    public enum Layout { MAILDIR_PLUS_PLUS, FS, INDEX }

    /** A location without the last, rare keys. */
    public MailLocation(String driver, String root, Optional<String> index, boolean indexInMemory, Optional<String> control,
            Optional<String> listIndex, Optional<String> volatileDir, Optional<String> alt, boolean altNoCheck, Layout layout,
            boolean iterIndex, String dirName, boolean fullDirName, String mailboxDir, Optional<String> inbox,
            String subscriptions, boolean utf8) {
        this(driver, root, index, indexInMemory, control, listIndex, volatileDir, alt, altNoCheck, layout, iterIndex, dirName,
                fullDirName, mailboxDir, inbox, subscriptions, utf8, Optional.empty(), Optional.empty(),
                (char) 0, false, false, (char) 0);
    }

    /**
     * Reads {@code driver:path[:KEY[=VALUE]...]}. A colon inside a path or value is written {@code ::}.
     *
     * @param setting byte string with its variables expanded, see {@link Variables}; plain ASCII is its own byte string
     * @param home    the user's home, an absolute byte string, for {@code ~}; null if there is none
     * @throws InvalidSettingException if Dovecot would refuse it too, or Roost cannot work with it
     */
    public static MailLocation parse(String setting, String home) throws InvalidSettingException {
        return new MailLocationParser(setting, home).parse();
    }

    /** Where indexes lie; empty if in memory. */
    public Optional<String> indexRoot() {
        return indexInMemory ? Optional.empty() : Optional.of(index.orElse(root));
    }

    /** Where control files lie: subscriptions, UID validity, a Maildir's uidlists. */
    public String controlRoot() {
        return control.orElse(root);
    }

    public boolean isMaildir() {
        return driver.equals("maildir");
    }

    public boolean isMdbox() {
        return driver.equals("mdbox");
    }

    /** This location where the plugin listescape escapes directory names with a character; 0 if it does not. */
    public MailLocation withEscapeChar(char character) {
        return new MailLocation(driver, root, index, indexInMemory, control, listIndex, volatileDir, alt, altNoCheck, layout,
                iterIndex, dirName, fullDirName, mailboxDir, inbox, subscriptions, utf8, indexCache, indexPrivate, brokenChar,
                noNoselect, noFsValidation, character);
    }

    /** The codec of this location's directory names. */
    public MailboxNameCodec nameCodec() {
        return new MailboxNameCodec(utf8, brokenChar, escapeChar, listSeparator(), dirName);
    }

    /** What stands between the parts of a mailbox's storage name. */
    public char listSeparator() {
        return layout == Layout.MAILDIR_PLUS_PLUS ? '.' : '/';
    }

    /**
     * As {@code mail_location} writes it, with absolute paths and without the keys that say what holds anyway: reading it again
     * gives an equal location.
     */
    @Override
    public String toString() {
        boolean dbox = !isMaildir();
        StringBuilder out = new StringBuilder(driver).append(':').append(escaped(root));
        index.ifPresent(v -> key(out, "INDEX", v));
        if (indexInMemory) {
            key(out, "INDEX", "MEMORY");
        }
        indexPrivate.ifPresent(v -> key(out, "INDEXPVT", v));
        indexCache.ifPresent(v -> key(out, "INDEXCACHE", v));
        control.ifPresent(v -> key(out, "CONTROL", v));
        listIndex.ifPresent(v -> key(out, "LISTINDEX", v));
        volatileDir.ifPresent(v -> key(out, "VOLATILEDIR", v));
        alt.ifPresent(v -> key(out, "ALT", v));
        inbox.ifPresent(v -> key(out, "INBOX", v));
        if (layout != (dbox ? Layout.FS : Layout.MAILDIR_PLUS_PLUS)) {
            key(out, "LAYOUT", layout == Layout.FS ? "fs" : layout == Layout.INDEX ? "index" : "maildir++");
        }
        if (!dirName.equals(dbox ? "dbox-Mails" : "") || fullDirName) {
            key(out, fullDirName ? "FULLDIRNAME" : "DIRNAME", dirName);
        }
        if (!mailboxDir.equals(dbox ? "mailboxes" : "")) {
            key(out, "MAILBOXDIR", mailboxDir);
        }
        if (!subscriptions.equals("subscriptions")) {
            key(out, "SUBSCRIPTIONS", subscriptions);
        }
        if (brokenChar != 0) {
            key(out, "BROKENCHAR", String.valueOf(brokenChar));
        }
        flag(out, "ALTNOCHECK", altNoCheck);
        flag(out, "ITERINDEX", iterIndex);
        flag(out, "UTF-8", utf8);
        flag(out, "NO-NOSELECT", noNoselect);
        flag(out, "NO-FS-VALIDATION", noFsValidation);
        return out.toString();
    }

    private static void key(StringBuilder out, String key, String value) {
        out.append(':').append(key).append('=').append(escaped(value));
    }

    private static void flag(StringBuilder out, String key, boolean isSet) {
        if (isSet) {
            out.append(':').append(key);
        }
    }

    private static String escaped(String value) {
        return value.replace(":", "::");
    }
}
