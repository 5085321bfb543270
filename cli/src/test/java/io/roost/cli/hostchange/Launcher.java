package io.roost.cli.hostchange;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Programs to be run by Dovecot's processes, which may be other users. */
final class Launcher {
    private Launcher() {
    }

    /**
     * A launcher of this build that every user may run: Maven's repository may be nobody else's, so that all is copied. Each
     * run leaves a line in the file {@code runs} beside it.
     *
     * @param directory exists, and anybody may go through it
     */
    static Path of(Path directory) throws IOException {
        Path lib = Files.createDirectories(directory.resolve("lib"));
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(":")) {
            String name = Path.of(entry).getFileName().toString();
            if (!name.contains("junit") && !name.contains("test") && Files.exists(Path.of(entry))) {
                Path copy = lib.resolve(entries.size() + "-" + name);
                copy(Path.of(entry), copy);
                entries.add(copy.toString());
            }
        }
        return script(directory.resolve("roost"), "exec " + System.getProperty("java.home") + "/bin/java -XX:+UseSerialGC "
                + "-XX:TieredStopAtLevel=1 -Xmx64m -cp " + String.join(":", entries) + " io.roost.cli.Roost \"$@\"");
    }

    /** A script that notes its runs and goes on with this line. */
    static Path script(Path file, String line) throws IOException {
        Path runs = file.resolveSibling("runs");
        Files.writeString(runs, "");
        Files.setPosixFilePermissions(runs, PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.writeString(file, "#!/bin/sh\necho \"$*\" >>" + runs + "\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    /** The runs so far: their arguments. */
    static List<String> runs(Path launcher) throws IOException {
        return Files.readAllLines(launcher.resolveSibling("runs"));
    }

    /**
     * The post-login script of the samples with this machine's places in it.
     *
     * @param host shell code that sets {@code host}
     */
    static Path postLogin(Path file, Path roost, String host) throws IOException {
        String sample = Files.readString(Path.of("../samples/hostchange/postlogin.sh"));
        String text = sample.replace("\nroost=/usr/local/bin/roost\n", "\nroost=" + roost + "\n").replace("\nhost=\n", "\n"
                + host + "\n");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    /**
     * The program of the samples for deliveries, and the settings for it.
     *
     * @param homes above users' homes
     * @param root  of list indexes
     */
    static String beforeLmtp(Path directory, Path postLogin, String homes, String root) throws IOException {
        Path file = directory.resolve("before-lmtp.sh");
        Files.writeString(file, Files.readString(Path.of("../samples/hostchange/before-lmtp.sh"))
                .replace("\npostlogin=/usr/local/lib/roost/postlogin.sh\n", "\npostlogin=" + postLogin + "\n"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Files.readString(Path.of("../samples/hostchange/lmtp.conf"))
                .replace("/usr/local/lib/roost/before-lmtp.sh", file.toString())
                .replace("/srv/mail", homes).replace("/dev/shm/dovecot-listindex", root);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(directory).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, from.equals(file) ? to : to.resolve(from.relativize(file).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
