package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.maildir.SourceProblem.Kind;

class MailFileScanTest {
    @TempDir
    Path temp;

    @Test
    void seesEachMailOnceWhileAllMoveFromNewToCur() throws Exception {
        SourceDirectory source = new SourceDirectory(temp).mailbox("");
        int count = 2000;
        for (int i = 0; i < count; i++) {
            source.file("new/" + i + ".x", "");
        }
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<?> mover = pool.submit(() -> {
                for (int i = 0; i < count; i++) {
                    Files.move(source.root().resolve("new/" + i + ".x"), source.root().resolve("cur/" + i + ".x:2,"));
                }
                return null;
            });
            boolean moving = true;
            while (moving) {
                moving = !mover.isDone();
                MailboxSnapshot inbox = source.scanInbox();
                assertEquals(count, inbox.mails().size());
                assertEquals(0, inbox.problems().stream().filter(p -> p.kind() == Kind.DUPLICATE_FILE).count());
            }
            mover.get();
        } finally {
            pool.shutdownNow();
        }
    }
}
