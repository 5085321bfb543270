package io.roost.cli.hostchange;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

import io.roost.hostchange.HostChange;
import io.roost.hostchange.HostChange.Outcome;
import io.roost.hostchange.LocalPath;
import io.roost.hostchange.Notes;
import io.roost.hostchange.UserPaths;
import io.roost.posix.ByteString;

/** A user's directories, and the post-login script of the samples with a Roost that only notes that it was run. */
final class PostLoginSite {
    static final String USER = "an na";

    final Path index;
    final Path memory;
    final Path record;
    final Path seen;
    final Path roost;
    final Path directory;
    Path script;
    /** What the last login said. */
    String said;

    PostLoginSite(Path directory) throws IOException {
        this.directory = directory;
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        index = Files.createDirectories(directory.resolve("nfs/" + USER + "/mdbox"));
        memory = Files.createDirectories(directory.resolve("shm")).resolve("7c/" + USER);
        for (Path path : List.of(index, memory.getParent().getParent())) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        }
        record = index.resolve(".lasthost");
        seen = memory.resolve(".lasthost");
        roost = Launcher.script(directory.resolve("roost"), "exit 0");
        script = Launcher.postLogin(directory.resolve("postlogin.sh"), roost, "host=be1");
    }

    static UserPaths paths(Path index, Path memory) {
        Path root = memory.getParent().getParent();
        return new UserPaths(USER, bytes(index), new LocalPath(bytes(root), List.of(bytes(memory.getParent().getFileName()),
                bytes(memory.getFileName()))));
    }

    private static String bytes(Path path) {
        return ByteString.ofText(path.toString());
    }

    /** What Roost itself does. */
    Outcome check(String host) throws IOException {
        return new HostChange(host, false, Notes.NONE).check(paths(index, memory));
    }

    Process start(Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(script.toString(), "sh", "-c", "echo let in");
        builder.environment().put("USER", USER);
        builder.environment().put("HOSTCHANGE_INDEX", index.toString());
        builder.environment().put("HOSTCHANGE_LISTINDEX", memory + "/dovecot.list.index");
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Runs it as script-login does; true if the user is let in. */
    boolean login() throws Exception {
        Process process = start(Map.of());
        String out = new String(process.getInputStream().readAllBytes());
        said = new String(process.getErrorStream().readAllBytes());
        boolean in = process.waitFor() == 0;
        if (!out.equals(in ? "let in\n" : "")) {
            throw new AssertionError("the client gets: " + out);
        }
        return in;
    }

    /** Who dealt with a login. */
    enum By { NOBODY, SCRIPT, ROOST }

    /** Lets the user in, and tells whether anything was done about host change, and by whom. */
    By loginBy() throws Exception {
        int before = Launcher.runs(roost).size();
        Object old = Files.isRegularFile(seen) ? Files.readString(seen) : "";
        if (!login()) {
            throw new AssertionError("not let in: " + said);
        }
        if (Launcher.runs(roost).size() > before) {
            return By.ROOST;
        }
        return Files.readString(seen).equals(old) ? By.NOBODY : By.SCRIPT;
    }
}
