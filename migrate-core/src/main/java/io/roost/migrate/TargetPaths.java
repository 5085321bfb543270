package io.roost.migrate;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.dovecot.Guid128;
import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.MailboxName;
import io.roost.dovecot.MailboxNameCodec;
import io.roost.mdbox.MdboxLayout;
import io.roost.posix.ByteString;

/**
 * The final absolute paths of everything in a user's mdbox, by mailbox name. Byte strings. Immutable.
 */
final class TargetPaths {
    private final MailLocation location;
    private final MdboxLayout layout;
    private final MailboxNameCodec codec;
    private final String listIndex;

    /** @throws InvalidSettingException if there can be no mdbox at this location */
    TargetPaths(MailLocation location) throws InvalidSettingException {
        this.location = location;
        try {
            layout = MdboxLayout.of(location);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("target mail_location", location.driver() + ":" + location.root(),
                    "a location for mdbox that Roost can write", e.getMessage());
        }
        codec = location.nameCodec();
        listIndex = layout.listIndexPrefix();
        if (layout.byGuid() && trees().values().stream().noneMatch(root -> listIndex.startsWith(root + "/"))) {
            throw new InvalidSettingException("target mail_location", "LISTINDEX=" + ByteString.toText(listIndex),
                    "a LISTINDEX below the mail root or INDEX with LAYOUT=index",
                    "the list index is then all that knows which mailboxes there are, and must be kept and published with the mails: "
                            + "leave LISTINDEX out, or take LAYOUT=fs");
        }
    }

    /** Roots of the trees that are built and published; the mail root's key is ROOT. ALT is not among them: nothing is written there. */
    Map<MdboxLayout.Tree, String> trees() {
        Map<MdboxLayout.Tree, String> roots = new java.util.EnumMap<>(layout.roots());
        roots.remove(MdboxLayout.Tree.ALT);
        return roots;
    }

    /** Whether a name directly in a tree's root is one that an mdbox has there. */
    boolean isOurName(String name) {
        return name.equals(location.mailboxDir().split("/")[0]) || name.equals("storage")
                || name.equals(location.subscriptions()) || name.startsWith("dovecot-uidvalidity")
                || layout.byGuid() && isListIndex(name);
    }

    private boolean isListIndex(String name) {
        String root = trees().values().stream().filter(path -> listIndex.startsWith(path + "/"))
                .max(Comparator.comparingInt(String::length)).orElseThrow();
        String path = listIndex.substring(root.length() + 1);
        int slash = path.indexOf('/');
        return slash < 0 ? name.startsWith(path) : name.equals(path.substring(0, slash));
    }

    /** Whether mailboxes are placed by GUID, and listed by an index of their own ({@code LAYOUT=index}). */
    boolean byGuid() {
        return layout.byGuid();
    }

    String listIndexDirectory() {
        return listIndex.substring(0, listIndex.lastIndexOf('/'));
    }

    /** The first part of the names of the list index's files. */
    String listIndexName() {
        return listIndex.substring(listIndex.lastIndexOf('/') + 1);
    }

    String storage() {
        return layout.absolute(layout.storage());
    }

    Optional<String> altStorage() {
        return layout.altStorage().map(layout::absolute);
    }

    String mapIndex() {
        return layout.absolute(layout.mapIndex());
    }

    /** The directories below which mailboxes have theirs: in the mail root, for indexes, for control files. */
    List<String> mailboxRoots() {
        return List.of(mailboxRoot(Optional.empty()), mailboxRoot(location.index()), mailboxRoot(location.control()))
                .stream().distinct().toList();
    }

    private String mailboxRoot(Optional<String> root) {
        return root.orElse(location.root()) + "/" + location.mailboxDir();
    }

    List<String> storageParts(MailboxName name) {
        return codec.encode(name);
    }

    /** Storage name as it stands in the metadata of mails. */
    String storageName(MailboxName name) {
        return String.join("/", storageParts(name));
    }

    /** Why mdbox cannot hold a mailbox of this name, empty if it can. */
    Optional<String> whyInvalid(MailboxName name) {
        try {
            List<String> parts = storageParts(name);
            return layout.whyInvalid(parts).or(() -> codec.problemOf(parts));
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** @param guid of the mailbox, which matters only if {@link #byGuid} */
    String mailbox(MailboxName name, Guid128 guid) {
        return layout.absolute(layout.mailbox(storageParts(name), guid));
    }

    /** @param guid as above */
    String mailboxIndex(MailboxName name, Guid128 guid) {
        return layout.absolute(layout.mailboxIndex(storageParts(name), guid));
    }

    /** Whether caches lie elsewhere than the indexes: {@code INDEXCACHE}. */
    boolean hasCacheElsewhere() {
        return location.indexCache().isPresent();
    }

    /** The directory that a mailbox without mails is, unless {@link #byGuid}. */
    String noSelect(MailboxName name) {
        return layout.absolute(layout.parent(storageParts(name)));
    }

    /** Directory of the subscriptions file and of the UIDVALIDITY files. */
    String control() {
        return layout.absolute(layout.uidValidity());
    }

    String subscriptionsName() {
        String path = layout.absolute(layout.subscriptions());
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Text of the symbolic link to ALT that the mail root needs, if it needs one. */
    Optional<String> altLink() {
        return layout.altLink().isPresent() ? layout.altLinkText() : Optional.empty();
    }
}
