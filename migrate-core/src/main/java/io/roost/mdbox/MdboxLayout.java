package io.roost.mdbox;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.UidValidityFiles;
import io.roost.index.ListIndexWriter;
import io.roost.posix.ByteString;

/**
 * Where everything of an mdbox lies, by its {@code mail_location}. What does not lie under the mail root forms trees of its
 * own, which are built and published one by one; places are relative to their tree.
 *
 * <table>
 * <caption>Places, with R the mail root, I {@code INDEX} or R, C {@code CONTROL} or R, M {@code MAILBOXDIR}, D {@code
 * DIRNAME}</caption>
 * <tr><td>R/storage</td><td>files {@code m.N}</td></tr>
 * <tr><td>I/storage</td><td>map index</td></tr>
 * <tr><td>R/M/name/D</td><td>a mailbox: that it exists, its ACL; its index and control files unless I or C are others</td></tr>
 * <tr><td>I/M/name, I/M/name/D with {@code FULLDIRNAME}</td><td>its index, if {@code INDEX} is set</td></tr>
 * <tr><td>C/M/name, C/M/name/D with {@code FULLDIRNAME}</td><td>its control directory, if {@code CONTROL} is set</td></tr>
 * <tr><td>M/GUID in R, I and C</td><td>instead of the three above with {@code LAYOUT=index}</td></tr>
 * <tr><td>C</td><td>subscriptions and {@link UidValidityFiles}</td></tr>
 * <tr><td>I/dovecot.list.index</td><td>list index, unless {@code LISTINDEX} says otherwise</td></tr>
 * <tr><td>A/storage</td><td>more files {@code m.N}, with A {@code ALT}</td></tr>
 * <tr><td>R/dbox-alt-root</td><td>symbolic link to A</td></tr>
 * </table>
 *
 * Source: mdbox-format reference §1. Immutable.
 */
public final class MdboxLayout {
    /** Name of the symbolic link in the mail root that says where {@code ALT} is. */
    public static final String ALT_LINK = "dbox-alt-root";
    private static final String STORAGE = "storage";
    private static final String LIST_INDEX = "dovecot.list.index";
    private static final int MAX_PART = 255;
    private static final int MAX_PATH = 4095;
    /** Room for the longest name that Dovecot makes below a mailbox's directory. */
    private static final int LONGEST_FILE = 64;

    /** The directories that are published, each as a whole. */
    public enum Tree { ROOT, INDEX, CONTROL, ALT }

    /**
     * A file or directory.
     *
     * @param tree that it belongs to
     * @param path relative to the tree's root, a byte string; empty for the root itself
     */
    public record Place(Tree tree, String path) {
        /** A place below. */
        public Place child(String name) {
            return new Place(tree, path.isEmpty() ? name : path + "/" + name);
        }
    }

    private final MailLocation location;
    /** {@code INDEX} and {@code CONTROL}; Dovecot ignores one that is the mail root itself. */
    private final Optional<String> indexPath;
    private final Optional<String> controlPath;
    private final Map<Tree, String> roots = new EnumMap<>(Tree.class);
    private final Place index;
    private final Place control;
    private final Optional<Place> alt;

    private MdboxLayout(MailLocation location) {
        this.location = location;
        roots.put(Tree.ROOT, location.root());
        indexPath = location.index().filter(path -> !path.equals(location.root()));
        controlPath = location.control().filter(path -> !path.equals(location.root()));
        index = place(Tree.INDEX, indexPath);
        control = place(Tree.CONTROL, controlPath);
        alt = location.alt().map(path -> place(Tree.ALT, Optional.of(path)));
    }

    /**
     * The layout of an mdbox at this location. With {@code LAYOUT=index} mailboxes are placed by their GUIDs, their indexes hold
     * their names, and the caller writes the list index with {@link ListIndexWriter}: without it Dovecot finds no mailbox.
     *
     * @throws IllegalArgumentException saying why, if Dovecot or Roost cannot have an mdbox there
     */
    public static MdboxLayout of(MailLocation location) {
        require(location.driver().equals("mdbox"), "a mail location for mdbox is needed, not for " + location.driver());
        require(location.layout() != MailLocation.Layout.MAILDIR_PLUS_PLUS, "mdbox has no LAYOUT=maildir++");
        require(!location.indexInMemory(), "an mdbox keeps flags in its index, which INDEX=MEMORY would lose");
        require(location.inbox().isEmpty(), "INBOX= is not supported for mdbox");
        require(isName(location.mailboxDir()), "MAILBOXDIR must be a relative path");
        require(isName(location.dirName()), "DIRNAME must be a relative path");
        return new MdboxLayout(location);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private static boolean isName(String path) {
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return true;
    }

    /** A directory is a tree of its own unless it lies in one that is known already. */
    private Place place(Tree tree, Optional<String> path) {
        if (path.isEmpty()) {
            return new Place(Tree.ROOT, "");
        }
        for (Map.Entry<Tree, String> known : roots.entrySet()) {
            String root = known.getValue();
            if (path.get().equals(root)) {
                return new Place(known.getKey(), "");
            }
            if (path.get().startsWith(root + "/")) {
                return new Place(known.getKey(), path.get().substring(root.length() + 1));
            }
            require(!root.startsWith(path.get() + "/"), tree + "=" + ByteString.toText(path.get())
                    + " contains " + ByteString.toText(root) + ": no tree may contain another that is named separately");
        }
        roots.put(tree, path.get());
        return new Place(tree, "");
    }

    /** Absolute paths, byte strings, of the trees there are; ROOT always. */
    public Map<Tree, String> roots() {
        return Map.copyOf(roots);
    }

    /** The absolute path of a place. */
    public String absolute(Place place) {
        String root = roots.get(place.tree());
        return place.path().isEmpty() ? root : root + "/" + place.path();
    }

    /** Directory of the files {@code m.N}. */
    public Place storage() {
        return new Place(Tree.ROOT, STORAGE);
    }

    /** Directory of the map index. */
    public Place mapIndex() {
        return index.child(STORAGE);
    }

    /** Directory of more {@code m.N}, with {@code ALT}. */
    public Optional<Place> altStorage() {
        return alt.map(a -> a.child(STORAGE));
    }

    /** The symbolic link that must exist with {@code ALT}, unless {@code ALTNOCHECK}; its text is {@link #altLinkText}. */
    public Optional<Place> altLink() {
        return location.alt().isPresent() && !location.altNoCheck() ? Optional.of(new Place(Tree.ROOT, ALT_LINK))
                : Optional.empty();
    }

    /** What the link says: {@code ALT} as it is. */
    public Optional<String> altLinkText() {
        return location.alt();
    }

    /** Whether mailboxes are placed by GUID ({@code LAYOUT=index}) instead of by name. */
    public boolean byGuid() {
        return location.layout() == MailLocation.Layout.INDEX;
    }

    /**
     * Directory by which a mailbox exists.
     *
     * @param storageParts storage name in its parts, encoded and escaped as the location wants it; byte strings
     * @param guid         of the mailbox; needed only if {@link #byGuid}
     */
    public Place mailbox(List<String> storageParts, Guid128 guid) {
        return byGuid() ? byGuid(new Place(Tree.ROOT, ""), guid) : mailbox(storageParts);
    }

    /** As {@link #mailbox(List, Guid128)}, by name. */
    public Place mailbox(List<String> storageParts) {
        requireByName();
        return named(new Place(Tree.ROOT, ""), storageParts).child(location.dirName());
    }

    /** Directory of a selectable mailbox's index. */
    public Place mailboxIndex(List<String> storageParts, Guid128 guid) {
        return byGuid() ? byGuid(index, guid) : mailboxIndex(storageParts);
    }

    /** As {@link #mailboxIndex(List, Guid128)}, by name. */
    public Place mailboxIndex(List<String> storageParts) {
        requireByName();
        return indexPath.isPresent() ? outside(index, storageParts) : mailbox(storageParts);
    }

    /** Directory of a mailbox's control files; Dovecot makes it when needed. */
    public Place mailboxControl(List<String> storageParts, Guid128 guid) {
        return byGuid() ? byGuid(control, guid) : mailboxControl(storageParts);
    }

    /** As {@link #mailboxControl(List, Guid128)}, by name. */
    public Place mailboxControl(List<String> storageParts) {
        requireByName();
        return controlPath.isPresent() ? outside(control, storageParts) : mailbox(storageParts);
    }

    private void requireByName() {
        if (byGuid()) {
            throw new IllegalStateException("LAYOUT=index places mailboxes by GUID");
        }
    }

    private Place byGuid(Place root, Guid128 guid) {
        return root.child(location.mailboxDir()).child(guid.toString());
    }

    /**
     * Directory that a mailbox without mails ({@code \NoSelect}) is: the parent of {@link #mailbox(List)}. With
     * {@code LAYOUT=index} there is none, only {@link ListIndexWriter#addNoSelect}.
     */
    public Place parent(List<String> storageParts) {
        requireByName();
        return named(new Place(Tree.ROOT, ""), storageParts);
    }

    private Place outside(Place root, List<String> storageParts) {
        Place named = named(root, storageParts);
        return location.fullDirName() ? named.child(location.dirName()) : named;
    }

    private Place named(Place root, List<String> storageParts) {
        Place place = root.child(location.mailboxDir());
        for (String part : storageParts) {
            place = place.child(part);
        }
        return place;
    }

    /** The subscriptions file. */
    public Place subscriptions() {
        return control.child(location.subscriptions());
    }

    /** Directory of {@link UidValidityFiles}. */
    public Place uidValidity() {
        return control;
    }

    /** Absolute path of the list index, a prefix of its files, which are a cache that may lie anywhere. */
    public String listIndexPrefix() {
        String prefix = location.listIndex().orElse(LIST_INDEX);
        return prefix.startsWith("/") ? prefix : absolute(index.child(prefix));
    }

    /**
     * Why mdbox cannot hold a mailbox of this storage name at this location, empty if it can.
     *
     * @param storageParts as for {@link #mailbox}
     */
    public Optional<String> whyInvalid(List<String> storageParts) {
        if (storageParts.isEmpty()) {
            return Optional.of("it has no name");
        }
        for (String part : storageParts) {
            Optional<String> why = whyInvalidPart(part);
            if (why.isPresent()) {
                return why;
            }
        }
        return byGuid() ? whyInvalidInListIndex(storageParts) : whyInvalidOnDisk(storageParts);
    }

    /** Dovecot takes other bytes for damage and renames the mailbox. */
    private static Optional<String> whyInvalidInListIndex(List<String> storageParts) {
        boolean utf8 = storageParts.stream().allMatch(part -> ByteString.ofText(
                new String(ByteString.toBytes(part), StandardCharsets.UTF_8)).equals(part));
        return utf8 ? Optional.empty() : Optional.of("its name is not valid UTF-8 on disk, as LAYOUT=index needs it");
    }

    /** What matters only where names are directories. */
    private Optional<String> whyInvalidOnDisk(List<String> storageParts) {
        if (storageParts.get(0).startsWith("~")) {
            return Optional.of("it begins with '~'");
        }
        for (String part : storageParts) {
            if (part.equals(".") || part.equals("..")) {
                return Optional.of("a part of its name is '" + part + "'");
            }
            if (part.equals(location.dirName())) {
                return Optional.of("a part of its name is '" + ByteString.toText(part) + "', which mdbox reserves");
            }
        }
        for (Place place : List.of(mailbox(storageParts), mailboxIndex(storageParts), mailboxControl(storageParts))) {
            if (absolute(place).length() + LONGEST_FILE > MAX_PATH) {
                return Optional.of("its path is longer than " + MAX_PATH + " bytes");
            }
        }
        return Optional.empty();
    }

    private Optional<String> whyInvalidPart(String part) {
        if (part.isEmpty()) {
            return Optional.of("a part of its name is empty");
        }
        if (part.indexOf('/') >= 0) {
            return Optional.of("a part of its name contains '/'");
        }
        if (part.indexOf(0) >= 0 || part.indexOf('\n') >= 0 || part.indexOf('\r') >= 0) {
            return Optional.of("its name contains a NUL byte or a line break");
        }
        if (part.length() > MAX_PART) {
            return Optional.of("a part of its name is longer than " + MAX_PART + " bytes on disk");
        }
        return Optional.empty();
    }
}
