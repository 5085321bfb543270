package io.roost.aftercare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.MailLocation;

class MdboxTreesTest {
    private static final String SUFFIX = ".rolled-back-19700101-000000";

    @TempDir
    private Path home;

    private MdboxTrees trees(String mdbox, String maildir) throws Exception {
        return new MdboxTrees(MailLocation.parse("mdbox:~/mdbox" + mdbox, home.toString()),
                MailLocation.parse("maildir:~/Maildir" + maildir, home.toString()));
    }

    private List<String> names(MdboxTrees trees) {
        return trees.roots().stream().map(root -> root.substring(home.toString().length() + 1)).toList();
    }

    @Test
    void everyPlaceThatMailLocationNames() throws Exception {
        assertEquals(List.of("mdbox"), names(trees("", "")));
        List<String> all = names(trees(":INDEX=~/index:CONTROL=~/control:ALT=~/alt:INDEXCACHE=~/cache", ""));
        assertEquals(List.of("alt", "cache", "control", "index"), all.subList(0, 4).stream().sorted().toList());
        assertEquals("mdbox", all.get(4), "last");
        assertEquals(List.of("index", "mdbox"), names(trees(":INDEX=~/index:INDEXCACHE=~/index/cache", "")));
        assertEquals(List.of("mdbox"), names(trees(":INDEXCACHE=~/mdbox/cache", "")));
    }

    /** Its dovecot-uidlist in CONTROL is what keeps UIDs: it must not go with the mdbox. */
    @Test
    void whatTheMaildirHasInTheSameDirectoriesStays() throws Exception {
        String keys = ":INDEX=~/index:CONTROL=~/control:INDEXCACHE=~/cache";
        for (String path : List.of("Maildir/cur", "mdbox/storage", "index/.INBOX", "index/mailboxes/INBOX", "index/storage",
                "control", "cache/.INBOX", "cache/mailboxes/INBOX")) {
            Files.createDirectories(home.resolve(path));
        }
        Files.writeString(home.resolve("control/dovecot-uidlist"), "3 V1 N2\n");
        List<String> moved = trees(keys, keys).moveAside(Instant.EPOCH);
        assertEquals(List.of("cache/mailboxes", "index/mailboxes", "index/storage", "mdbox").stream().map(p -> home + "/" + p + SUFFIX)
                .toList(), moved.stream().sorted().toList());
        for (String path : List.of("Maildir/cur", "index/.INBOX", "cache/.INBOX", "control/dovecot-uidlist")) {
            assertTrue(Files.exists(home.resolve(path)), path);
        }
        assertEquals(List.of(), trees(keys, keys).moveAside(Instant.EPOCH), "nothing is left to be moved");
    }

    @Test
    void cachesOfItsOwnGoWithTheMdbox() throws Exception {
        Files.createDirectories(home.resolve("cache/mailboxes/INBOX"));
        Files.createDirectories(home.resolve("mdbox/storage"));
        trees(":INDEXCACHE=~/cache", "").moveAside(Instant.EPOCH);
        try (Stream<Path> entries = Files.list(home)) {
            assertEquals(List.of("cache" + SUFFIX, "mdbox" + SUFFIX), entries.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }
}
