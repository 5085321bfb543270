package io.roost.hostchange;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.UserNames;
import io.roost.dovecot.Variables;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * How users' directories lie in this host's memory, from the template in {@code LISTINDEX}:
 *
 * <pre>
 *   /dev/shm/dovecot-listindex / %2.256Nu / %u / dovecot.list.index
 *   root                         names below it  file prefix
 * </pre>
 *
 * Users are found from directories by reading the template backwards, and what is found counts only if the template, expanded
 * for that user, gives the same directory again. So no other directory is ever touched, whoever made it. Immutable
 * and thread-safe.
 */
public final class UserTree {
    private final String template;
    private final String root;
    private final List<String> below;
    private final List<NamePattern> patterns;
    /** Index of the last name that depends on the user. */
    private final int last;

    private UserTree(String template, String root, List<String> below, List<NamePattern> patterns) {
        this.template = template;
        this.root = root;
        this.below = below;
        this.patterns = patterns;
        int n = patterns.size() - 1;
        while (patterns.get(n).isFixed()) {
            n--;
        }
        last = n;
    }

    /** Takes what a walk finds. The directory that holds it is open during the call. */
    public interface Visitor {
        /**
         * @param user   name, text
         * @param path   the user's directory, which may hold nothing, or even not be there where fixed names come last
         * @param parent where {@code name} lies: the directory of the user, if no fixed names come last
         */
        void user(String user, LocalPath path, OpenDirectory parent, String name) throws IOException;

        /** A name that the template does not explain; {@code path} is a byte string. */
        void unexplained(String path) throws IOException;

        /** A directory that cannot be looked into. */
        void failed(PosixException e) throws IOException;
    }

    /**
     * @param listIndex the value of LISTINDEX, text with variables: {@code /root/%2.256Nu/%u/dovecot.list.index}
     * @throws InvalidSettingException if users cannot be told from their directories
     */
    public static UserTree of(String listIndex) throws InvalidSettingException {
        int slash = UserPaths.checkPrefix(listIndex);
        List<String> names = split(listIndex.substring(0, slash));
        StringBuilder root = new StringBuilder();
        List<String> below = new ArrayList<>();
        List<NamePattern> patterns = new ArrayList<>();
        for (String name : names) {
            NamePattern pattern = NamePattern.of(name);
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                throw new InvalidSettingException("LISTINDEX", listIndex, "a path without empty names, . and ..",
                        "write the path that is meant in full");
            }
            if (pattern.isFixed() && patterns.isEmpty()) {
                root.append('/').append(pattern.literal());
            } else {
                below.add(name);
                patterns.add(pattern);
            }
        }
        boolean whole = patterns.stream().anyMatch(p -> p.has('u') || p.has('n'));
        if (!whole) {
            throw new InvalidSettingException("LISTINDEX", listIndex, "%u, or %n, as a directory of its own",
                    "so that each user has one and it can be told whose it is: "
                    + "LISTINDEX=/dev/shm/dovecot-listindex/%2.256Nu/%u/"
                            + UserPaths.PREFIX);
        }
        if (root.length() == 0) {
            throw new InvalidSettingException("LISTINDEX", listIndex, "a fixed directory to begin with",
                    "put users below a directory such as /dev/shm/dovecot-listindex");
        }
        UserTree tree = new UserTree(listIndex, root.toString(), List.copyOf(below), List.copyOf(patterns));
        tree.pathOf("user@example.org");
        return tree;
    }

    /**
     * Of a {@code mail_location} with its variables.
     *
     * @throws InvalidSettingException if it has no LISTINDEX, or {@link #of} refuses it
     */
    public static UserTree ofLocation(String mailLocation) throws InvalidSettingException {
        for (String argument : arguments(mailLocation)) {
            if (argument.startsWith("LISTINDEX=")) {
                return of(argument.substring("LISTINDEX=".length()));
            }
        }
        throw new InvalidSettingException("mail_location", mailLocation, "LISTINDEX=/path/" + UserPaths.PREFIX,
                "without LISTINDEX the list index lies on shared storage, and there is nothing to keep fresh");
    }

    /** What colons separate, outside of variables' braces. */
    private static List<String> arguments(String mailLocation) {
        List<String> arguments = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < mailLocation.length(); i++) {
            if (mailLocation.charAt(i) == '{') {
                int end = NamePattern.endOfBraces(mailLocation, i);
                i = end < 0 ? i : end - 1;
            } else if (mailLocation.charAt(i) == ':') {
                arguments.add(mailLocation.substring(from, i));
                from = i + 1;
            }
        }
        arguments.add(mailLocation.substring(from));
        return arguments;
    }

    /** The names of an absolute path, split at slashes outside of braces. */
    private static List<String> split(String path) {
        List<String> names = new ArrayList<>();
        int from = 1;
        for (int i = 1; i <= path.length(); i++) {
            if (i < path.length() && path.charAt(i) == '{') {
                int end = NamePattern.endOfBraces(path, i);
                i = end < 0 ? i : end - 1;
            } else if (i == path.length() || path.charAt(i) == '/') {
                names.add(path.substring(from, i));
                from = i + 1;
            }
        }
        return names;
    }

    /** The template, text. */
    public String template() {
        return template;
    }

    /** What lies above all users, an absolute byte string. */
    public String root() {
        return root;
    }

    /** Whether a directory tells the domain of its user. Where it does not, users are found without one. */
    public boolean tellsDomain() {
        return patterns.stream().anyMatch(p -> p.has('u') || p.has('d'));
    }

    /**
     * The directory of a user.
     *
     * @param user name, text
     * @throws InvalidSettingException if the name cannot be part of a path
     */
    public LocalPath pathOf(String user) throws InvalidSettingException {
        UserNames.check(user);
        Variables variables = Variables.ofUser(user);
        List<String> names = new ArrayList<>();
        for (String name : below) {
            String expanded = variables.expand(name);
            if (LocalPath.isNoName(expanded)) {
                throw new InvalidSettingException("LISTINDEX " + template, ByteString.toText(expanded), "a directory name for "
                        + user, "such a user has no directory of their own");
            }
            names.add(expanded);
        }
        return new LocalPath(root, names);
    }

    /**
     * Whose directory it is.
     *
     * @param names below the root, up to the last that depends on the user or further, byte strings
     * @return text; empty if the template does not explain these names
     */
    public Optional<String> userOf(List<String> names) {
        if (names.size() <= last || names.size() > patterns.size()) {
            return Optional.empty();
        }
        Map<Character, String> captured = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            if (!patterns.get(i).match(names.get(i), captured)) {
                return Optional.empty();
            }
        }
        String name = captured.get('u');
        if (name == null) {
            String domain = captured.get('d');
            name = captured.get('n') + (domain == null ? "" : "@" + domain);
        }
        try {
            String user = new String(ByteString.toBytes(name), StandardCharsets.UTF_8);
            return pathOf(user).below().subList(0, names.size()).equals(names) ? Optional.of(user) : Optional.empty();
        } catch (InvalidSettingException e) {
            return Optional.empty();
        }
    }

    /**
     * Visits all users who have a directory, in the file system's order, holding no more than one directory's buffer each
     * level.
     */
    public void walk(Visitor visitor) throws IOException {
        TreeWalk.users(this, visitor);
    }

    /** How many names below the root lead to a directory in which users lie side by side. */
    int bucketDepth() {
        return last;
    }

    /** Whether a name may stand at this level above users, counted from 0. */
    boolean explains(int level, String name) {
        return patterns.get(level).match(name, new HashMap<>());
    }

    /** Whether users' directories have fixed directories in them that hold the list index. */
    boolean hasFixedEnd() {
        return last < patterns.size() - 1;
    }
}
