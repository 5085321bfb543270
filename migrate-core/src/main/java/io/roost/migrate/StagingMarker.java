package io.roost.migrate;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * The file {@value #NAME} in the root of each staging tree: says whose it is, so that nothing of anybody else is ever continued
 * or removed, and which trees belong together. It stays in the tree while that is renamed into place and is removed last.
 *
 * <p>UTF-8 text, one {@code key<TAB>value} a line, in this order:
 *
 * <pre>
 *   roost-staging 1      version
 *   phase   building | renaming
 *   set     UUID         the same in all trees of a user
 *   store   UUID         identity of the checkpoint store
 *   state   PATH         its directory, for people
 *   user    NAME
 *   tree    NAME PATH    for each tree: its name and the final path
 * </pre>
 *
 * Control characters in values, and backslashes, are written {@code \NNN} in octal. Only the phase ever changes, its words are of
 * one length and near the start of the file, so that no killed process leaves half of one. An empty file is a marker whose
 * writer was killed before it came to that.
 *
 * @param set        identity of the set of trees
 * @param store      identity of the checkpoint store
 * @param stateDir   its directory
 * @param user       user name
 * @param trees      final paths by tree name
 * @param publishing whether renaming had begun
 */
record StagingMarker(String set, String store, String stateDir, String user, Map<String, String> trees, boolean publishing) {
    static final String NAME = ".roost-staging";
    private static final String VERSION = "roost-staging 1";
    private static final int MAX_SIZE = 64 * 1024;
    private static final String BUILDING = "building";
    private static final String RENAMING = "renaming";

    StagingMarker inPhase(boolean isPublishing) {
        return new StagingMarker(set, store, stateDir, user, trees, isPublishing);
    }

    /**
     * Reads the marker of a tree.
     *
     * @return null if there is none, or an empty one
     * @throws CorruptFileException if it is no marker
     */
    static StagingMarker read(OpenDirectory tree) throws PosixException, CorruptFileException {
        String path = tree.pathOf(NAME);
        FileStatus status = tree.status(NAME).orElse(null);
        if (status == null || status.isFile() && status.size() == 0) {
            return null;
        }
        if (!status.isFile()) {
            throw new CorruptFileException(path, 0, "a file", "something else");
        }
        ByteBuffer in = ByteBuffer.allocateDirect(MAX_SIZE);
        try (OpenFile file = tree.openFile(NAME)) {
            file.preadFully(in, 0);
        }
        return parse(StandardCharsets.UTF_8.decode(in.flip()).toString(), path);
    }

    private static StagingMarker parse(String text, String path) throws CorruptFileException {
        String[] lines = text.split("\n", -1);
        if (!lines[0].equals(VERSION)) {
            throw new CorruptFileException(path, 0, '"' + VERSION + '"', '"' + lines[0] + '"');
        }
        Map<String, String> fields = new HashMap<>();
        Map<String, String> trees = new TreeMap<>();
        // What follows the last line break is no line.
        for (int i = 1; i < lines.length - 1; i++) {
            String[] parts = lines[i].split("\t", -1);
            if (parts.length == 3 && parts[0].equals("tree")) {
                trees.put(unescape(parts[1]), unescape(parts[2]));
            } else if (parts.length == 2) {
                fields.put(parts[0], unescape(parts[1]));
            }
        }
        for (String key : List.of("phase", "set", "store", "state", "user")) {
            if (!fields.containsKey(key)) {
                throw new CorruptFileException(path, text.length(), "a line \"" + key + "\"", "the end of the file");
            }
        }
        String phase = fields.get("phase");
        if (trees.isEmpty() || !phase.equals(BUILDING) && !phase.equals(RENAMING)) {
            throw new CorruptFileException(path, text.length(), "trees, and a phase " + BUILDING + " or " + RENAMING,
                    trees.size() + " trees, phase \"" + phase + '"');
        }
        return new StagingMarker(fields.get("set"), fields.get("store"), fields.get("state"), fields.get("user"),
                Map.copyOf(trees), phase.equals(RENAMING));
    }

    /** Writes the marker into a file, over what it held, and syncs it. */
    void write(OpenFile file) throws PosixException {
        List<String> lines = new ArrayList<>(List.of(VERSION, "phase\t" + (publishing ? RENAMING : BUILDING), line("set", set),
                line("store", store), line("state", stateDir), line("user", user)));
        new TreeMap<>(trees).forEach((name, path) -> lines.add(line("tree", name) + '\t' + escape(path)));
        byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        file.pwrite(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip(), 0);
        file.truncate(bytes.length);
        file.sync();
    }

    private static String line(String key, String value) {
        return key + '\t' + escape(value);
    }

    private static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '\\' || c == 0x7f) {
                out.append(String.format("\\%03o", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static String unescape(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 4 <= text.length() && text.substring(i + 1, i + 4).matches("[01][0-7][0-7]")) {
                out.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
