package io.roost.migrate;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.MailboxName;
import io.roost.dovecot.MailboxNameCodec;
import io.roost.mdbox.MdboxLayout;

/**
 * The final absolute paths of everything in a user's mdbox, by mailbox name. Byte strings. Immutable.
 */
final class TargetPaths {
    private final MailLocation location;
    private final MdboxLayout layout;
    private final MailboxNameCodec codec;

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
                || name.equals(location.subscriptions()) || name.startsWith("dovecot-uidvalidity");
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
        return List.of(parentOf(layout.parent(List.of("x"))), mailboxRoot(location.index()), mailboxRoot(location.control()))
                .stream().distinct().toList();
    }

    private String mailboxRoot(Optional<String> root) {
        return root.orElse(location.root()) + "/" + location.mailboxDir();
    }

    private String parentOf(MdboxLayout.Place place) {
        String path = layout.absolute(place);
        return path.substring(0, path.lastIndexOf('/'));
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

    String mailbox(MailboxName name) {
        return layout.absolute(layout.mailbox(storageParts(name)));
    }

    String mailboxIndex(MailboxName name) {
        return layout.absolute(layout.mailboxIndex(storageParts(name)));
    }

    /** Whether caches lie elsewhere than the indexes: {@code INDEXCACHE}. */
    boolean hasCacheElsewhere() {
        return location.indexCache().isPresent();
    }

    /** The directory that a mailbox without mails is. */
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
