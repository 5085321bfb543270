package io.roost.maildir;

import io.roost.dovecot.MailboxName;

/**
 * Where one mailbox of a Maildir lies. Paths are absolute byte strings; the three are the same directory unless the location
 * has INDEX or CONTROL.
 *
 * @param name    its name
 * @param path    the directory that holds {@code cur}, {@code new} and {@code tmp}
 * @param control the directory of {@code dovecot-uidlist} and {@code dovecot-keywords}; may not exist
 * @param index   the directory of {@code dovecot.index*}; may not exist
 */
public record MaildirMailbox(MailboxName name, String path, String control, String index) {
}
