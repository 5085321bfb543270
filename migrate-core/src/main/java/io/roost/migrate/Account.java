package io.roost.migrate;

import io.roost.dovecot.MailLocation;

/**
 * One user to migrate: who it is, and where the mail lies and shall lie.
 *
 * @param user   user name
 * @param home   home directory, absolute byte string; empty if unknown
 * @param uid    owner of what is created, or -1 for the owner of the source
 * @param gid    group of what is created, or -1 for the group of the source
 * @param source a {@code maildir:} location
 * @param target an {@code mdbox:} location
 */
public record Account(String user, String home, int uid, int gid, MailLocation source, MailLocation target) {
}
