package io.roost.hostchange;

import java.util.List;

/**
 * A user's directory in this host's memory.
 *
 * @param root  what the administrator made, an absolute byte string; symbolic links in it are followed
 * @param below names from there to the directory, byte strings, at least one; none of them may be a symbolic link
 */
public record LocalPath(String root, List<String> below) {
    public LocalPath {
        below = List.copyOf(below);
        if (!root.startsWith("/") || below.isEmpty() || below.stream().anyMatch(LocalPath::isNoName)) {
            throw new IllegalArgumentException(root + " " + below);
        }
    }

    /** Whether it would lead elsewhere than to an entry of a directory. */
    static boolean isNoName(String name) {
        return name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0 || name.indexOf(0) >= 0
                || name.length() > 255;
    }

    /** Of a directory's absolute path, all but the last name of which is the administrator's. */
    static LocalPath of(String directory) {
        int slash = directory.lastIndexOf('/');
        return new LocalPath(slash == 0 ? "/" : directory.substring(0, slash), List.of(directory.substring(slash + 1)));
    }

    /** The whole path, a byte string. */
    public String path() {
        return (root.equals("/") ? "" : root) + "/" + String.join("/", below);
    }
}
