package io.roost.dovecot;

import java.util.List;

/**
 * The name of a mailbox as its hierarchy of parts, in Unicode, without any separator or namespace prefix. INBOX is the single
 * part {@code INBOX}, whatever its case was.
 *
 * @param parts at least one
 */
public record MailboxName(List<String> parts) implements Comparable<MailboxName> {
    public static final MailboxName INBOX = new MailboxName(List.of("INBOX"));

    public MailboxName {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a mailbox name has at least one part");
        }
        if (parts.size() == 1 && parts.get(0).equalsIgnoreCase("INBOX") && !parts.get(0).equals("INBOX")) {
            parts = List.of("INBOX");
        }
    }

    /** Written out because names are looked up by the thousand: what Java makes for a record has to be made at start-up first. */
    @Override
    public boolean equals(Object other) {
        return other instanceof MailboxName name && parts.equals(name.parts);
    }

    @Override
    public int hashCode() {
        return parts.hashCode();
    }

    public boolean isInbox() {
        return parts.size() == 1 && parts.get(0).equals("INBOX");
    }

    /** The name with {@code separator} between its parts. */
    public String toString(char separator) {
        return String.join(String.valueOf(separator), parts);
    }

    /** With {@code /} between its parts, as mdbox and reports have it. */
    @Override
    public String toString() {
        return toString('/');
    }

    @Override
    public int compareTo(MailboxName other) {
        if (isInbox() != other.isInbox()) {
            return isInbox() ? -1 : 1;
        }
        int order = toString().compareTo(other.toString());
        // where names are escaped on disk, a part may hold a slash
        return order != 0 ? order : toString('\0').compareTo(other.toString('\0'));
    }
}
