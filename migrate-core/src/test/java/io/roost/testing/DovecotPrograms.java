package io.roost.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The programs of the Dovecot that is installed on this machine, if it is a 2.3. */
public final class DovecotPrograms {
    private static final Optional<Path> DOVECOT = find("dovecot");
    private static final Optional<Path> DOVEADM = find("doveadm");
    private static final String VERSION = DOVECOT.map(DovecotPrograms::askVersion).orElse("");

    private DovecotPrograms() {
    }

    static Path dovecot() {
        return DOVECOT.orElseThrow(() -> new IllegalStateException("no dovecot: is @RequiresDovecot missing?"));
    }

    public static Path doveadm() {
        return DOVEADM.orElseThrow(() -> new IllegalStateException("no doveadm: is @RequiresDovecot missing?"));
    }

    /** Such as {@code 2.3.19.1 (9b53102964)}, or empty. */
    static String version() {
        return VERSION;
    }

    /** A reason for people, or empty if there is a usable Dovecot. */
    static Optional<String> whyUnusable() {
        if (DOVECOT.isEmpty() || DOVEADM.isEmpty()) {
            return Optional.of("no Dovecot is installed (Debian: dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd)");
        }
        if (!VERSION.startsWith("2.3.")) {
            return Optional.of("the installed Dovecot is " + (VERSION.isEmpty() ? "of unknown version" : VERSION) + ", not 2.3");
        }
        for (String process : List.of("imap", "pop3", "lmtp")) {
            if (!Stream.of("/usr/lib/dovecot", "/usr/libexec/dovecot").anyMatch(d -> Files.isExecutable(Path.of(d, process)))) {
                return Optional.of("the installed Dovecot has no " + process + " (Debian: dovecot-" + process + "d)");
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> find(String program) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin";
        return Stream.of(path.split(":")).filter(d -> !d.isEmpty()).map(d -> Path.of(d, program)).filter(Files::isExecutable)
                .findFirst();
    }

    private static String askVersion(Path dovecot) {
        try {
            Process process = new ProcessBuilder(dovecot.toString(), "--version").redirectErrorStream(true).start();
            process.getOutputStream().close();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
