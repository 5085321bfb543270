package io.roost.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The two log files of a {@link DovecotInstance}, and what doveadm wrote to its standard error. */
final class DovecotLog {
    private static final Pattern ORDINARY = Pattern.compile(String.join("|",
            "master: Info: Dovecot v\\S+ \\(\\w+\\) starting up for .*",
            "master: Warning: Killed with signal 15 \\(by pid=\\d+ uid=\\d+ code=\\w+\\)",
            "(imap|pop3)-login: Info: Login: .*",
            "(imap|pop3)\\(.*\\)<.*>: Info: (Disconnected: )?Logged out .*",
            "(imap|pop3)\\(.*\\)<.*>: Info: Disconnected: Connection closed .*",
            "imap\\(.*\\)<.*>: Info: (copy|expunge|delete|save)( from \\S+)?: box=.*",
            "lmtp\\(\\d+\\): Info: (Connect|Disconnect) from local.*",
            "lmtp\\(.*\\)<.*>: Info: .*: saved mail to .*"));
    private static final Pattern TIME = Pattern.compile("^\\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d ");

    private final Path errors;
    private final Path infos;
    private final List<String> complaints = new ArrayList<>();

    DovecotLog(Path directory) {
        errors = directory.resolve("error.log");
        infos = directory.resolve("info.log");
    }

    void addComplaint(String line) {
        complaints.add(line);
    }

    /** All lines without their times: errors, then infos, then doveadm's. */
    List<String> all() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : List.of(errors, infos)) {
            if (Files.exists(file)) {
                Files.readString(file, StandardCharsets.ISO_8859_1).lines()
                        .map(l -> TIME.matcher(l).replaceFirst("")).forEach(lines::add);
            }
        }
        lines.addAll(complaints);
        return lines;
    }

    List<String> remarkable() throws IOException {
        return all().stream().filter(l -> !ORDINARY.matcher(l).matches()).toList();
    }

    void forget() throws IOException {
        complaints.clear();
        for (Path file : List.of(errors, infos)) {
            if (Files.exists(file)) {
                Files.newByteChannel(file, StandardOpenOption.WRITE).truncate(0).close();
            }
        }
    }
}
