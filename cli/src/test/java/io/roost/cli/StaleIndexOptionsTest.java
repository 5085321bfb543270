package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.roost.director.UserHash;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.RequiresDovecot;

/** What a cutover does about list indexes, with those that a real Dovecot has made. */
@RequiresDovecot
class StaleIndexOptionsTest {
    private static List<Path> listIndexes(Path memory) throws IOException {
        try (Stream<Path> all = Files.walk(memory)) {
            return all.filter(path -> path.getFileName().toString().startsWith("dovecot.list.index")).toList();
        }
    }

    @Test
    void thoseOfThisBackendGoAndDaemonsThatDoNotAnswerAreNamed() throws Exception {
        Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "roost-test-");
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir:LISTINDEX=" + memory + "/%2.256Nu/%u/dovecot.list.index")
                .users("anna", "bert").start()) {
            dovecot.own(memory);
            for (String user : List.of("anna", "bert")) {
                try (ImapClient imap = dovecot.imap(user)) {
                    imap.command("CREATE box");
                    imap.command("LIST \"\" *");
                }
            }
            assertTrue(listIndexes(memory).stream().anyMatch(path -> path.toString().contains("/anna/")));
            LocationOptions location = new LocationOptions();
            location.dovecotConfig = dovecot.config().toString();
            StaleIndexOptions options = new StaleIndexOptions();
            assertEquals(List.of(), options.open(Site.of(location), new UserHash(UserHash.DEFAULT_FORMAT)).purge("anna"));
            assertFalse(listIndexes(memory).stream().anyMatch(path -> path.toString().contains("/anna/")));
            assertTrue(listIndexes(memory).stream().anyMatch(path -> path.toString().contains("/bert/")));

            options.daemons = List.of("127.0.0.1:1");
            List<String> failed = options.open(Site.of(location), new UserHash(UserHash.DEFAULT_FORMAT)).purge("bert");
            assertEquals(1, failed.size());
            assertTrue(failed.get(0).contains("127.0.0.1:1"), failed::toString);
            assertFalse(listIndexes(memory).stream().anyMatch(path -> path.toString().contains("/bert/")));
            dovecot.assertLogClean();
        } finally {
            try (Stream<Path> all = Files.walk(memory)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
