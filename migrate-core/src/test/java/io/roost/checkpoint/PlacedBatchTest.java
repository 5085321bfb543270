package io.roost.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.roost.checkpoint.PlacedBatch.DataFileLength;
import io.roost.checkpoint.PlacedBatch.Mail;

class PlacedBatchTest {
    private static final long U32 = 0xffff_ffffL;

    private static Mail random(Random r) {
        byte[] key = new byte[r.nextInt(260)];
        r.nextBytes(key);
        return new Mail(r.nextInt(0x10000), r.nextInt(), r.nextLong() & U32, r.nextLong() & U32, r.nextLong() >>> 1, r.nextLong() >>> 1,
                r.nextLong() & U32, r.nextLong() & U32, r.nextLong(), r.nextLong(), r.nextLong(),
                new String(key, java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    private static List<Mail> read(byte[] bytes, DataFileLength expected) {
        List<Mail> mails = new ArrayList<>();
        assertEquals(expected, PlacedBatch.read(ByteBuffer.wrap(bytes), mails::add));
        return mails;
    }

    @Test
    void readsWhatItWrote() {
        Random r = new Random(1);
        for (int mails : new int[] {0, 1, 2, 3000}) {
            PlacedBatch batch = new PlacedBatch();
            List<Mail> expected = new ArrayList<>();
            for (int i = 0; i < mails; i++) {
                expected.add(random(r));
                batch.add(expected.get(i));
            }
            assertEquals(mails, batch.mails());
            assertEquals(expected.stream().mapToLong(Mail::plainSize).sum(), batch.bytes());
            assertEquals(expected, read(batch.write(0x7fff_ffff, U32 + 5), new DataFileLength(0x7fff_ffff, U32 + 5)));
        }
    }

    @Test
    void theExtremesOfEachFieldSurvive() {
        Mail mail = new Mail(PlacedBatch.MAX_MAILBOX, -1, U32, U32, Long.MAX_VALUE, Long.MAX_VALUE, U32, U32, -1, -1, -1,
                "\u00ff".repeat(0xffff));
        PlacedBatch batch = new PlacedBatch();
        batch.add(mail);
        assertEquals(List.of(mail), read(batch.write(1, 2), new DataFileLength(1, 2)));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Random r = new Random(2);
        Mail m = random(r);
        Mail tooManyMailboxes = new Mail(PlacedBatch.MAX_MAILBOX + 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, m.key());
        assertThrows(IllegalArgumentException.class, () -> new PlacedBatch().add(tooManyMailboxes));
        Mail longKey = new Mail(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, "x".repeat(0x10000));
        assertThrows(IllegalArgumentException.class, () -> new PlacedBatch().add(longKey));
    }

    @Test
    void aBatchThatWasCutOffIsToldAndGivesNoHalfMail() {
        Random r = new Random(3);
        PlacedBatch batch = new PlacedBatch();
        List<Mail> mails = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            mails.add(random(r));
            batch.add(mails.get(i));
        }
        byte[] whole = batch.write(1, 2);
        for (int length = 0; length < whole.length; length++) {
            List<Mail> got = new ArrayList<>();
            try {
                PlacedBatch.read(ByteBuffer.wrap(Arrays.copyOf(whole, length)), got::add);
                assertTrue(got.size() < 5);
            } catch (CheckpointException e) {
                assertTrue(e.getMessage().contains("damaged"), e.getMessage());
            }
            assertEquals(mails.subList(0, got.size()), got);
        }
    }
}
