package io.roost.migrate;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.roost.dovecot.CorruptFileException;
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
 *   set     UUID         the same in all trees of a user
 *   store   UUID         identity of the checkpoint store
 *   state   PATH         its directory, for people
 *   user    NAME
 *   tree    NAME PATH    for each tree: its name and the final path
 *   phase   building | publishing
 * </pre>
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

    StagingMarker inPhase(boolean isPublishing) {
        return new StagingMarker(set, store, stateDir, user, trees, isPublishing);
    }

    /** Reads the marker of a tree; null if there is none. */
    static StagingMarker read(OpenDirectory tree) throws PosixException, CorruptFileException {
        if (tree.status(NAME).isEmpty()) {
            return null;
        }
        String path = tree.pathOf(NAME);
        ByteBuffer in = ByteBuffer.allocateDirect(MAX_SIZE);
        try (OpenFile file = tree.openFile(NAME)) {
            file.preadFully(in, 0);
        }
        String[] lines = StandardCharsets.UTF_8.decode(in.flip()).toString().split("\n");
        if (!lines[0].equals(VERSION)) {
            throw new CorruptFileException(path, 0, '"' + VERSION + '"', '"' + lines[0] + '"');
        }
        Map<String, String> fields = new HashMap<>();
        Map<String, String> trees = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            String[] parts = lines[i].split("\t", -1);
            if (parts.length == 3 && parts[0].equals("tree")) {
                trees.put(parts[1], parts[2]);
            } else if (parts.length == 2) {
                fields.put(parts[0], parts[1]);
            }
        }
        for (String key : List.of("set", "store", "state", "user", "phase")) {
            if (!fields.containsKey(key)) {
                throw new CorruptFileException(path, in.limit(), "a line \"" + key + "\"", "the end of the file");
            }
        }
        return new StagingMarker(fields.get("set"), fields.get("store"), fields.get("state"), fields.get("user"),
                Map.copyOf(trees), fields.get("phase").equals("publishing"));
    }

    /** Writes the marker into a file, over what it held, and syncs it. */
    void write(OpenFile file) throws PosixException {
        List<String> lines = new ArrayList<>(List.of(VERSION, "set\t" + set, "store\t" + store, "state\t" + stateDir, "user\t" + user));
        trees.forEach((name, path) -> lines.add("tree\t" + name + "\t" + path));
        lines.add("phase\t" + (publishing ? "publishing" : "building"));
        byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        file.pwrite(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip(), 0);
        file.truncate(bytes.length);
        file.sync();
    }
}
