package io.roost.migrate;

import static io.roost.migrate.MigratedUser.AS_USED;
import static io.roost.migrate.MigratedUser.uids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MaildirSample;
import io.roost.testing.MailboxView;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/** Mail that lies elsewhere than by default, before or after: Dovecot, configured with exactly that, shows the same and goes on. */
@RequiresDovecot
class LocationsTest {
    private static final List<String> SOURCES = List.of(
            "maildir:~/Maildir:INDEX=~/index",
            "maildir:~/Maildir:CONTROL=~/control",
            "maildir:~/Maildir:INDEX=~/index:CONTROL=~/control:INBOX=~/inbox",
            "maildir:~/Maildir:INDEX=MEMORY",
            "maildir:~/Maildir:UTF-8:SUBSCRIPTIONS=.subs",
            "maildir:~/Maildir:LISTINDEX=~/list/names:VOLATILEDIR=~/volatile",
            "maildir:~/Maildir:LAYOUT=fs",
            "maildir:~/Maildir:LAYOUT=fs:INDEX=~/index:CONTROL=~/control:UTF-8",
            "maildir:~/Maildir:LAYOUT=fs:DIRNAME=_mails_:MAILBOXDIR=boxes:INDEX=~/index",
            "maildir:~/Maildir:LAYOUT=index:INDEX=~/index:CONTROL=~/control");
    private static final List<String> TARGETS = List.of(
            "mdbox:~/mdbox:INDEX=~/index",
            "mdbox:~/mdbox:CONTROL=~/control",
            "mdbox:~/mdbox:INDEX=~/both:CONTROL=~/both",
            "mdbox:~/mdbox:ALT=~/alt",
            "mdbox:~/mdbox:ALT=~/alt:ALTNOCHECK",
            "mdbox:~/mdbox:DIRNAME=_mails_",
            "mdbox:~/mdbox:INDEX=~/index:CONTROL=~/control:FULLDIRNAME=_mails_",
            "mdbox:~/mdbox:MAILBOXDIR=boxes",
            "mdbox:~/mdbox:INDEX=~/index:ITERINDEX",
            "mdbox:~/mdbox:UTF-8:SUBSCRIPTIONS=.subs",
            "mdbox:~/mdbox:LISTINDEX=~/list/names:VOLATILEDIR=~/volatile",
            "mdbox:~/mdbox:INDEX=~/mdbox/index:CONTROL=~/mdbox/control",
            "mdbox:~/mdbox:LAYOUT=index",
            "mdbox:~/mdbox:LAYOUT=index:INDEX=~/index:CONTROL=~/control:UTF-8",
            "mdbox:~/mdbox:LAYOUT=index:INDEX=~/index:LISTINDEX=lists/names");

    @TempDir
    static Path state;
    private static DovecotInstance dovecot;

    @BeforeAll
    static void start() throws Exception {
        DovecotInstance.Builder builder = DovecotInstance.with("mdbox:~/mdbox");
        SOURCES.forEach(from -> builder.users(user(from)));
        TARGETS.forEach(to -> builder.user(user(to), to));
        dovecot = builder.start();
    }

    @AfterAll
    static void stop() throws Exception {
        dovecot.close();
    }

    @AfterEach
    void nothingIsLogged() throws Exception {
        MigratedUser.assertNothingLogged(dovecot);
    }

    private static String user(String location) {
        return "u" + Integer.toUnsignedString(location.hashCode(), 36);
    }

    static List<String> sources() {
        return SOURCES;
    }

    static List<String> targets() {
        return TARGETS;
    }

    @ParameterizedTest
    @MethodSource("sources")
    void mailIsFoundWhereDovecotPutIt(String from) throws Exception {
        String user = user(from);
        Path home = dovecot.home(user);
        plainSample(home.resolve("sample")).write();
        dovecot.own(home);
        dovecot.doveadm("-o", "mail=maildir:~/sample", "backup", "-u", user, from).succeeded();
        MailboxView before = MailboxView.at(dovecot, user, from);
        List<String> source = MaildirBuilder.fingerprint(home);

        Result result = new Migrations(state).migrate(Migrations.account(user, home, from, "mdbox:~/mdbox"));

        assertEquals(before.mailCount(), result.mails());
        assertTrue(before.lines().contains("subscribed 日本/東京"), before::toString);
        assertTrue(MaildirBuilder.fingerprint(home).containsAll(source.stream().filter(l -> !l.startsWith(" ")).toList()));
        MailboxView.Ignoring[] ignoring = from.contains("INDEX=MEMORY") ? AS_USED : new MailboxView.Ignoring[0];
        MailboxView.assertSame(from.contains("INDEX=MEMORY") ? MailboxView.at(dovecot, user, from, AS_USED) : before,
                MailboxView.of(dovecot, user, ignoring));
        goesOn(user);
    }

    @ParameterizedTest
    @MethodSource("targets")
    void mailIsPutWhereDovecotLooksForIt(String to) throws Exception {
        String user = user(to);
        Path home = dovecot.home(user);
        MaildirSample.of(home.resolve("Maildir"), 11, 2).write();
        dovecot.own(home);
        MailboxView before = MailboxView.at(dovecot, user, "maildir:~/Maildir");
        List<String> existing = List.of();
        if (to.contains("INDEX=~/index")) {
            // somebody else's, who goes on to find them there
            Files.createDirectories(home.resolve("index/other"));
            Files.writeString(home.resolve("index/other/file"), "other");
            dovecot.own(home.resolve("index"));
            existing = MaildirBuilder.fingerprint(home.resolve("index/other"));
        }
        Migrations migrations = new Migrations(state);
        Account account = Migrations.account(user, home, "maildir:~/Maildir", to);

        migrations.migrate(account);

        VerifyReport report = migrations.verify(account, new java.util.ArrayList<>());
        assertTrue(report.isEqual(), () -> report.mismatches().toString());
        MailboxView.assertSame(before, MailboxView.of(dovecot, user));
        goesOn(user);
        assertEquals(to.contains("ALT=") && !to.contains("ALTNOCHECK"), Files.isSymbolicLink(home.resolve("mdbox/dbox-alt-root")));
        if (!existing.isEmpty()) {
            assertEquals(existing, MaildirBuilder.fingerprint(home.resolve("index/other")));
        }
        assertNothingLeft(home);
    }

    /** Without the names that Dovecot cannot write into a uidlist itself. */
    private static MaildirBuilder plainSample(Path root) {
        MaildirBuilder maildir = MaildirBuilder.in(root).subscribe("INBOX", "日本/東京", "Gone/long ago");
        for (String name : List.of("INBOX", "Work", "Work/2019/Q1 & Q2", "日本/東京", "Sent", "Archive", "Deep/a/b/c")) {
            maildir.mailbox(name).uidNext(20).add(SampleMail.of("Subject: first\n\nof " + name.length() + "\n").flags("FS").uid(3))
                    .add(SampleMail.of("Subject: second\n\nof " + name.length() + "\n").keywords("Work", "$Junk").uid(7));
        }
        return maildir;
    }

    private static void assertNothingLeft(Path home) throws Exception {
        try (Stream<Path> all = Files.walk(home)) {
            List<Path> left = all.filter(p -> p.getFileName().toString().contains("roost")).toList();
            assertTrue(left.isEmpty(), left::toString);
        }
    }

    private static void goesOn(String user) throws Exception {
        MailboxView before = MailboxView.of(dovecot, user, AS_USED);
        dovecot.lmtp(user, "Subject: new\n\nmail\n");
        try (ImapClient imap = dovecot.imap(user)) {
            imap.command("SELECT Work");
            imap.command("STORE 1 +FLAGS (\\Deleted)");
            imap.command("EXPUNGE");
            imap.command("CREATE Work/2019");
            imap.command("COPY 1 Work/2019");
            imap.command("CREATE Fresh/mailbox");
            imap.command("SUBSCRIBE Fresh/mailbox");
        }
        dovecot.doveadm("purge", "-u", user).succeeded();
        MailboxView after = MailboxView.of(dovecot, user, AS_USED);
        assertEquals(uids(before, "Work").stream().skip(1).toList(), uids(after, "Work"));
        assertEquals(uids(before, "INBOX").size() + 1, uids(after, "INBOX").size());
        assertEquals(1, uids(after, "Work/2019").size());
        assertTrue(after.lines().contains("subscribed Fresh/mailbox"), after::toString);
        for (String mailbox : List.of("Sent", "日本/東京", "Work/2019/Q1 & Q2", "Archive")) {
            assertEquals(before.mails(mailbox), after.mails(mailbox), mailbox);
        }
    }
}
