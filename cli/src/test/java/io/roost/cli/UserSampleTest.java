package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.CheckSides;
import io.roost.testing.DovecotInstance;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SmallFileSystem;

/** Whose mail {@code roost check} looks at where a real Dovecot lists sixty users, of whom some have mail, on two mounts. */
@RequiresDovecot
@Requires({Ability.ROOT, Ability.MOUNT})
@CheckSides.Shown
class UserSampleTest {
    @TempDir
    private Path temp;
    private CapturedScreen captured;

    private static List<String> names() {
        return IntStream.range(0, 60).mapToObj(i -> String.format("u%02d", i)).toList();
    }

    private Map<String, Object> finding(DovecotInstance dovecot, String id, String... more) {
        captured = CapturedScreen.plain();
        List<String> args = new ArrayList<>(List.of("check", "--json", "--single-backend", "--dovecot-config=" + dovecot.config(),
                "--state=" + temp.resolve("state"), "--only=" + id));
        args.addAll(List.of(more));
        Roost.run(captured.screen(), args.toArray(String[]::new));
        List<Map<String, Object>> found = captured.outLines().stream().map(Json::object).filter(f -> id.equals(f.get("id"))).toList();
        assertFalse(found.isEmpty(), captured.out() + captured.err());
        found.forEach(f -> CheckSides.saw((String) f.get("severity"), id));
        return found.get(0);
    }

    private String sample(DovecotInstance dovecot, String... more) {
        Map<String, Object> finding = finding(dovecot, "user-sample", more);
        return (finding.get("severity") + " " + finding.get("found")).replace('\u00a0', ' ');
    }

    private static Path maildir(DovecotInstance dovecot, Path root) throws IOException {
        for (String name : List.of("cur", "new", "tmp")) {
            Files.createDirectories(root.resolve(name));
        }
        return dovecot.own(root);
    }

    @Test
    void someOfAllWhomDovecotLists() throws Exception {
        try (SmallFileSystem other = SmallFileSystem.ofBytes(temp.resolve("other"), 8 << 20);
                DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users(names().toArray(String[]::new)).start()) {
            String withoutMail = sample(dovecot);
            assertTrue(withoutMail.matches("unknown 10 of 60 users: u00, .*; none of them has mail"), withoutMail);
            for (String name : names()) {
                if (Integer.parseInt(name.substring(1)) % 2 == 1) {
                    maildir(dovecot, dovecot.home(name).resolve("Maildir"));
                }
            }
            assertEquals("ok 5 of 60 users: u37, u51, u05, u19, u33", sample(dovecot, "--sample=5"));
            assertEquals("ok 5 of 60 users: u37, u51, u05, u19, u33", sample(dovecot, "--sample=5", "--all"));

            // only a user on a mount that was not met yet is one more than wanted
            Path elsewhere = maildir(dovecot, other.directory().resolve("mail"));
            dovecot.setMail("u19", "maildir:" + elsewhere);
            assertEquals("ok 3 of 60 users: u37, u51, u19", sample(dovecot, "--sample=2"));
            finding(dovecot, "mount-type", "--sample=2");
            assertEquals(2, captured.outLines().stream().filter(line -> line.contains("\"mount-type\"")).count(), captured.out());

            assertEquals("unknown", finding(dovecot, "space", "--sample=12").get("severity"), captured.out());
            assertTrue(captured.out().contains("users were not looked at"), captured.out());
            assertEquals("ok all of 60 users: u00, u01, u02, u03, u04, u05, u06, u07, u08, u09...", sample(dovecot, "--sample=60"));
            assertEquals("ok all of 2 users: u43, u03", sample(dovecot, "u43", "u03", "u43"));
            Path list = Files.write(temp.resolve("list"), names().subList(0, 20));
            assertEquals("ok 3 of 20 users: u11, u13, u19", sample(dovecot, "--sample=2", "--users-file=" + list));
            assertEquals("ok all of 1 user: u13", sample(dovecot, "--match=u13"));
            assertEquals("unknown all of 1 user; nobody could be looked up: user nobody does not exist: "
                    + "Dovecot's userdb does not know them",
                    sample(dovecot, "nobody"));

            dovecot.stop();
            String stopped = sample(dovecot);
            String socket = dovecot.config().resolveSibling("base/auth-userdb").toString();
            assertEquals("unknown no user was named, and Dovecot cannot be asked for its users: Dovecot's auth does not answer on "
                    + socket + ": Connection refused", stopped);
            String remedy = (String) finding(dovecot, "user-sample").get("remedy");
            assertTrue(remedy.startsWith("start Dovecot; service auth has to have its unix_listener auth-userdb"), remedy);
            assertEquals("nobody's paths are known: see user-sample", finding(dovecot, "mount-type").get("found"));
            // of a user who was named doveadm tells which socket it is
            String named = sample(dovecot, "u43");
            assertTrue(named.startsWith("unknown all of 1 user; nobody could be looked up: ") && named.contains(socket), named);
            assertTrue(((String) finding(dovecot, "user-resolved", "u43").get("remedy")).startsWith("start Dovecot, or look into its log"));
            assertEquals("nobody of the sample could be looked up: see user-resolved", finding(dovecot, "mount-type", "u43").get("found"));
        }
    }
}
