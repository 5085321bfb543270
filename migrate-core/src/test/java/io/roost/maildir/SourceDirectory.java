package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.roost.dovecot.MailLocation;
import io.roost.dovecot.MailboxName;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.ByteString;

/** A Maildir made by hand, file by file, for what no mail server leaves behind. */
final class SourceDirectory {
    private final Path home;
    private final Path root;

    SourceDirectory(Path home) throws IOException {
        this.home = home;
        root = Files.createDirectories(home.resolve("Maildir"));
    }

    Path root() {
        return root;
    }

    /** Makes cur, new and tmp below a directory of the root; empty for the root itself. */
    SourceDirectory mailbox(String directory) throws IOException {
        for (String sub : List.of("cur", "new", "tmp")) {
            Files.createDirectories(root.resolve(directory).resolve(sub));
        }
        return this;
    }

    /** Writes a file; its directories are made. */
    SourceDirectory file(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content, StandardCharsets.ISO_8859_1);
        return this;
    }

    /** Keys follow {@code maildir:~/Maildir}, such as {@code :LAYOUT=fs}. */
    Maildir maildir(String keys) throws IOException {
        return new Maildir(MailLocation.parse("maildir:~/Maildir" + keys, ByteString.ofText(home.toString())));
    }

    MailboxSnapshot scanInbox() throws IOException {
        return scan(MailboxName.INBOX);
    }

    MailboxSnapshot scan(MailboxName name) throws IOException {
        Maildir maildir = maildir("");
        MaildirMailbox mailbox = maildir.list().mailboxes().stream().filter(m -> m.name().equals(name)).findFirst()
                .orElseThrow();
        return maildir.scan(mailbox);
    }

    /** The mails as {@code UID file-name}. */
    static List<String> mails(MailboxSnapshot snapshot) {
        MailList mails = snapshot.mails();
        return IntStream.range(0, mails.size()).mapToObj(i -> mails.uid(i) + " " + mails.fileName(i)).toList();
    }

    /** Fails unless every file in cur and new is a mail of the snapshot or named by one of its problems. */
    static void assertAccounted(Path mailbox, MailboxSnapshot snapshot) throws IOException {
        Set<String> left = new TreeSet<>();
        for (String sub : List.of("cur", "new")) {
            try (Stream<Path> files = Files.list(mailbox.resolve(sub))) {
                files.forEach(f -> left.add(ByteString.ofText(f.toString())));
            }
        }
        MailList mails = snapshot.mails();
        String path = ByteString.ofText(mailbox.toString()) + "/";
        for (int i = 0; i < mails.size(); i++) {
            assertTrue(left.remove(path + (mails.isInNew(i) ? "new/" : "cur/") + mails.fileName(i)), mails.fileName(i));
        }
        snapshot.problems().stream().filter(p -> ProblemLog.isAlwaysNamed(p.kind())).forEach(p -> left.remove(p.path()));
        assertEquals(Set.of(), left);
    }

    static List<Kind> kinds(List<SourceProblem> problems) {
        return problems.stream().map(SourceProblem::kind).sorted().toList();
    }
}
