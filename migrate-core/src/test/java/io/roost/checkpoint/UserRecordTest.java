package io.roost.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;

import org.junit.jupiter.api.Test;

class UserRecordTest {
    private static final UserRecord RECORD = new UserRecord(7, "anna@löwe", UserState.COPIED, "maildir:/ä", "mdbox:/b", 1, 2, 3,
            (int) 4_000_000_000L, 5, 6, 7, 8, 9, 10, "because");

    @Test
    void readsWhatItWrote() {
        for (UserState state : UserState.values()) {
            UserRecord record = RECORD.withState(state, 99);
            assertEquals(record, UserRecord.read(ByteBuffer.wrap(record.write())));
        }
        assertEquals(RECORD, UserRecord.read(ByteBuffer.wrap(RECORD.write())));
    }

    @Test
    void longErrorsAreCutAndLongNamesRefused() {
        UserRecord failed = RECORD.failed("ü".repeat(10_000), 5);
        assertEquals("ü".repeat(4000), UserRecord.read(ByteBuffer.wrap(failed.write())).error());
        UserRecord far = RECORD.withLocations("x".repeat(0x10000), "y");
        assertThrows(CheckpointException.class, far::write);
    }

    @Test
    void aRecordOfAnotherVersionOrCutOffIsRefused() {
        byte[] bytes = RECORD.write();
        for (int length = 0; length < bytes.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
            assertThrows(CheckpointException.class, () -> UserRecord.read(cut));
        }
        bytes[0] = 9;
        String message = assertThrows(CheckpointException.class, () -> UserRecord.read(ByteBuffer.wrap(bytes))).getMessage();
        assertTrue(message.contains("version 9, expected 1"), message);
    }

    @Test
    void stepsKeepWhatTheyDoNotConcern() {
        UserRecord batch = RECORD.withBatch(2, 100, 50);
        assertEquals(8, batch.mailsPlaced());
        assertEquals(108, batch.bytesPlaced());
        assertEquals(11, batch.nextBatch());
        assertEquals(RECORD.state(), batch.state());
        assertEquals("", RECORD.withState(UserState.FINISHED, 5).error());
        assertEquals(3, RECORD.withState(UserState.FINISHED, 5).finished());
        assertEquals(5, RECORD.withState(UserState.PUBLISHED, 5).finished());
        assertEquals(UserState.FAILED, RECORD.failed("no", 5).state());
        UserRecord again = RECORD.restarted(8_000);
        assertEquals(new UserRecord(7, "anna@löwe", UserState.QUEUED, "maildir:/ä", "mdbox:/b", 8_000, 8_000, 0, 8, 0, 0, 0, 0,
                0, 0, ""), again);
    }

    @Test
    void onlyWhatIsPublishedIsInPlace() {
        for (UserState state : UserState.values()) {
            assertEquals(Set.of(UserState.PUBLISHED, UserState.SWITCHED, UserState.RELEASED, UserState.DONE).contains(state),
                    state.isPublished(), state::name);
        }
        assertFalse(UserState.FAILED.isPublished());
    }

    @Test
    void mailboxesAndProblemsToo() {
        MailboxRecord mailbox = new MailboxRecord(3, "Work\0日本", Long.MAX_VALUE);
        assertEquals(mailbox, MailboxRecord.read(3, ByteBuffer.wrap(mailbox.write())));
        assertEquals("Work/日本", mailbox.displayName());
        assertThrows(CheckpointException.class, () -> MailboxRecord.read(3, ByteBuffer.wrap(new byte[7])));
        ProblemRecord problem = new ProblemRecord("k", "Ü", "/p\u00ff\u0001", "with \0 NUL");
        assertEquals(new ProblemRecord("k", "Ü", "/p\u00ff\u0001", "with ? NUL"), ProblemRecord.read(ByteBuffer.wrap(problem.write())));
        assertThrows(CheckpointException.class, () -> ProblemRecord.read(ByteBuffer.wrap("a\0b".getBytes())));
    }
}
