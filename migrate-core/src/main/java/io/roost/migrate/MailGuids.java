package io.roost.migrate;

import io.roost.dovecot.Guid128;

/** The GUIDs that mails get in the mdbox. */
final class MailGuids {
    private MailGuids() {
    }

    /** Of a mail whose GUID is its own. */
    static Guid128 own(String guidText) {
        return Guid128.ofText(guidText);
    }

    /**
     * Of a mail whose GUID another mail with other content has already: made of both, so that it is the same in every run.
     * Equal GUIDs with different contents would make Dovecot complain at every rebuild.
     */
    static Guid128 ofConflict(String guidText, long digest) {
        return Guid128.ofText(guidText + '/' + Long.toHexString(digest));
    }
}
