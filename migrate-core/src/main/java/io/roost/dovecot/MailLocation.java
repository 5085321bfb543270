package io.roost.dovecot;

import java.util.Optional;

/**
 * A {@code mail_location} after variable expansion: driver, root directory and keys. All paths are absolute byte strings
 * without a trailing slash.
 *
 * @param driver        {@code maildir} or {@code mdbox} are what Roost works with; others parse too
 * @param root          the mail root
 * @param index         {@code INDEX=}, empty if indexes lie under the root; {@code MEMORY} gives an empty value and {@code indexInMemory}
 * @param indexInMemory {@code INDEX=MEMORY}
 * @param control       {@code CONTROL=}
 * @param listIndex     {@code LISTINDEX=} as given, {@code ~} expanded: a file prefix, absolute or relative to the index root
 * @param volatileDir   {@code VOLATILEDIR=}
 * @param alt           {@code ALT=}
 * @param altNoCheck    {@code ALTNOCHECK}
 * @param layout        {@code LAYOUT=}, or the driver's default
 * @param iterIndex     {@code ITERINDEX}
 * @param dirName       {@code DIRNAME=} or {@code FULLDIRNAME=}; {@code dbox-Mails} by default for dbox formats, empty for Maildir
 * @param fullDirName   whether it was {@code FULLDIRNAME=}: also used below INDEX and CONTROL
 * @param mailboxDir    {@code MAILBOXDIR=}; {@code mailboxes} by default for dbox formats, empty for Maildir
 * @param inbox         {@code INBOX=}: another place for the INBOX of a Maildir
 * @param subscriptions {@code SUBSCRIPTIONS=}, {@code subscriptions} by default
 * @param utf8          {@code UTF-8}: directory names are UTF-8 instead of modified UTF-7
 */
public record MailLocation(String driver, String root, Optional<String> index, boolean indexInMemory, Optional<String> control,
        Optional<String> listIndex, Optional<String> volatileDir, Optional<String> alt, boolean altNoCheck, Layout layout,
        boolean iterIndex, String dirName, boolean fullDirName, String mailboxDir, Optional<String> inbox,
        String subscriptions, boolean utf8) {

    /** How mailbox names become directories. */
    public enum Layout { MAILDIR_PLUS_PLUS, FS, INDEX }
}
