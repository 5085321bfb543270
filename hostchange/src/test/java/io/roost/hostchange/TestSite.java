package io.roost.hostchange;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.roost.posix.ByteString;

/** Shared storage and the memory of several hosts, as directories. */
final class TestSite implements Notes {
    static final String USER = "anna@example.org";
    final Path root;
    final List<String> infos = new ArrayList<>();
    final List<String> warnings = new ArrayList<>();

    TestSite(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(index());
    }

    Path index() {
        return root.resolve("nfs/" + USER + "/mdbox");
    }

    Path local(String host) {
        return root.resolve(host + "/shm/7c/" + USER);
    }

    UserPaths paths(String host) {
        return new UserPaths(USER, bytes(index()), new LocalPath(bytes(root.resolve(host + "/shm")), List.of("7c", USER)));
    }

    static String bytes(Path path) {
        return ByteString.ofText(path.toString());
    }

    /** A list index as Dovecot might have made it. */
    void listIndex(Path directory, String content) throws IOException {
        Files.createDirectories(directory);
        for (String suffix : List.of("", ".log", ".log.2")) {
            Files.writeString(directory.resolve(UserPaths.PREFIX + suffix), content);
        }
    }

    static List<String> names(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(directory)) {
            return list.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    HostChange host(String name) {
        return host(name, false, step -> { });
    }

    HostChange host(String name, boolean migration, HostChange.Hook hook) {
        try {
            Files.createDirectories(root.resolve(name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return new HostChange(name, migration, Duration.ofSeconds(60), this, hook);
    }

    static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }

    @Override
    public synchronized void info(String line) {
        infos.add(line);
    }

    @Override
    public synchronized void warning(String line) {
        warnings.add(line);
    }
}
