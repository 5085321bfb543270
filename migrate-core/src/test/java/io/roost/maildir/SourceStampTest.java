package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceStampTest {
    @TempDir
    Path temp;

    private SourceDirectory source;

    @BeforeEach
    void make() throws Exception {
        source = new SourceDirectory(temp).mailbox("").file("cur/1.a:2,S", "").file("dovecot-uidlist", "3 V1 N2\n1 :1.a\n")
                .file("dovecot-keywords", "0 a\n").file("dovecot.index.log", "");
    }

    /** Taken as if some time had passed since the last change. */
    private SourceStamp stamp(long secondsLater) throws Exception {
        return SourceStamp.of(source.maildir("").list().mailboxes().get(0), System.currentTimeMillis() / 1000 + secondsLater);
    }

    @Test
    void saysThatNothingHasChangedUntilSomethingHas() throws Exception {
        SourceStamp stamp = stamp(10);
        assertTrue(stamp.unchanged());
        assertTrue(stamp.unchanged());
        source.file("new/2.b", "");
        assertFalse(stamp.unchanged());
    }

    @Test
    void doesNotTrustAMailboxThatHasJustChanged() throws Exception {
        assertFalse(stamp(0).unchanged());
        assertFalse(source.scanInbox().stamp().unchanged());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cur/1.b", "new/1.b", "dovecot-uidlist", "dovecot-keywords", "dovecot.index.log"})
    void seesAChange(String path) throws Exception {
        SourceStamp stamp = stamp(10);
        source.file(path, "something else\n");
        assertFalse(stamp.unchanged());
    }

    @Test
    void seesARenameAndAFileThatGoes() throws Exception {
        SourceStamp stamp = stamp(10);
        Files.move(source.root().resolve("cur/1.a:2,S"), source.root().resolve("cur/1.a:2,FS"));
        assertFalse(stamp.unchanged());
        stamp = stamp(10);
        Files.delete(source.root().resolve("dovecot-uidlist"));
        assertFalse(stamp.unchanged());
    }

    @Test
    void takesNoNoticeOfWhatIsNotThere() throws Exception {
        for (String file : new String[] {"dovecot-uidlist", "dovecot-keywords", "dovecot.index.log"}) {
            Files.delete(source.root().resolve(file));
        }
        assertTrue(stamp(10).unchanged());
    }
}
