package io.roost.preflight;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;
import io.roost.posix.MountIdentity;
import io.roost.posix.PosixException;

/**
 * {@code /proc/PID/mountinfo}, what is mounted where:
 *
 * <pre>
 *   file    = *( line LF )
 *   line    = id SP parent SP major ":" minor SP root SP mount-point SP options SP *( tag SP ) "-" SP type SP source SP super
 *   id, parent, major, minor = decimal, below 2^31
 *   root, mount-point, type, source = bytes, of which space, tab, newline, backslash (and # in later kernels) are
 *             "\" and three octal digits
 *   options, super = option *( "," option )
 *   tag     = "shared:1", "master:2"...: any number, for the propagation of mounts; not kept
 * </pre>
 *
 * The order is that of mounting below one parent. A source may be empty: two spaces then. Source: {@code proc(5)},
 * {@code show_mountinfo} in {@code fs/proc_namespace.c}. Immutable and thread-safe.
 */
public final class MountTable {
    /** Bytes; a machine with ten thousand containers stays below it. */
    private static final int MAX_SIZE = 64 << 20;
    private static final String SELF = "/proc/self/mountinfo";

    private final Map<Long, Mount> mounts;

    private MountTable(Map<Long, Mount> mounts) {
        this.mounts = mounts;
    }

    /** Of this process. */
    public static MountTable ofProcess() throws IOException {
        return read(Path.of(SELF));
    }

    /** @throws CorruptFileException if a line is not as it should be */
    public static MountTable read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_SIZE + 1);
        }
        if (bytes.length > MAX_SIZE) {
            throw new CorruptFileException(file.toString(), MAX_SIZE, "at most " + MAX_SIZE + " bytes", "more");
        }
        return parse(file.toString(), new String(bytes, StandardCharsets.ISO_8859_1));
    }

    /** @param text byte string */
    static MountTable parse(String file, String text) throws CorruptFileException {
        Map<Long, Mount> mounts = new LinkedHashMap<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end;
            Mount mount = new Line(file, at, text.substring(at, end)).mount();
            mounts.put(mount.id(), mount);
            at = end + 1;
        }
        return new MountTable(mounts);
    }

    /** All of them, in the file's order. */
    public List<Mount> all() {
        return List.copyOf(mounts.values());
    }

    public Optional<Mount> byId(long id) {
        return Optional.ofNullable(mounts.get(id));
    }

    /**
     * The mount that a path lies on, or would lie on: of the nearest directory above it that exists.
     *
     * @param path absolute byte string
     * @return empty if the path cannot be reached, or its mount is not in the table
     */
    public Optional<Mount> find(String path) {
        for (String at = path; ; at = parentOf(at)) {
            try {
                return of(MountIdentity.of(at));
            } catch (PosixException e) {
                if (e.errno() != PosixException.ENOENT || at.equals("/")) {
                    return Optional.empty();
                }
            }
        }
    }

    /** Before Linux 5.8 the device alone is known: of several mounts of it, the one mounted last. */
    private Optional<Mount> of(MountIdentity identity) {
        if (identity.mountId() != 0) {
            return byId(identity.mountId());
        }
        return mounts.values().stream().filter(m -> m.device() == identity.device()).reduce((first, second) -> second);
    }

    private static String parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    /** One line, read from left to right. */
    private static final class Line {
        private final String file;
        private final int start;
        private final String line;
        private int at;

        Line(String file, int start, String line) {
            this.file = file;
            this.start = start;
            this.line = line;
        }

        Mount mount() throws CorruptFileException {
            long id = number(' ');
            long parent = number(' ');
            long major = number(':');
            long minor = number(' ');
            String root = word();
            String mountPoint = word();
            String options = word();
            String tag = word();
            for (int tags = 0; !tag.equals("-"); tags++) {
                if (tags > 100) {
                    throw bad("a lone - after at most 100 tags");
                }
                tag = word();
            }
            String type = word();
            String source = word();
            String superOptions = line.substring(Math.min(at, line.length()));
            if (!mountPoint.startsWith("/")) {
                throw bad("an absolute mount point");
            }
            return new Mount(id, parent, major << 32 | minor, root, mountPoint, options, type, source, superOptions);
        }

        private long number(char end) throws CorruptFileException {
            int to = line.indexOf(end, at);
            String digits = to < 0 ? "" : line.substring(at, to);
            if (digits.isEmpty() || digits.length() > 10 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')
                    || Long.parseLong(digits) > Integer.MAX_VALUE) {
                throw bad("a number below 2^31 and \"" + end + "\"");
            }
            at = to + 1;
            return Long.parseLong(digits);
        }

        private String word() throws CorruptFileException {
            int to = line.indexOf(' ', at);
            if (to < 0) {
                throw bad("a word and a space");
            }
            String word = line.substring(at, to);
            at = to + 1;
            return word.indexOf('\\') < 0 ? word : unescape(word);
        }

        private String unescape(String word) throws CorruptFileException {
            StringBuilder out = new StringBuilder(word.length());
            for (int i = 0; i < word.length(); i++) {
                char c = word.charAt(i);
                if (c == '\\') {
                    String octal = word.substring(i + 1, Math.min(i + 4, word.length()));
                    if (!octal.matches("[0-3][0-7][0-7]")) {
                        throw bad("three octal digits after a backslash");
                    }
                    c = (char) Integer.parseInt(octal, 8);
                    i += 3;
                }
                out.append(c);
            }
            return out.toString();
        }

        private CorruptFileException bad(String expected) {
            String rest = line.substring(Math.min(at, line.length()));
            return new CorruptFileException(file, start + at, expected,
                    '"' + ByteString.toText(rest.length() > 60 ? rest.substring(0, 60) : rest) + '"');
        }
    }
}
