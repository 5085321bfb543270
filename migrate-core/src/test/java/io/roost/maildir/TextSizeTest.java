package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;

class TextSizeTest {
    private static long virtual(String text) {
        return TextSize.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1))).virtual();
    }

    @Test
    void countsOnlyBareLineFeedsTwice() {
        assertEquals(0, virtual(""));
        assertEquals(2, virtual("\n"));
        assertEquals(2, virtual("\r\n"));
        assertEquals(1, virtual("\r"));
        assertEquals(3, virtual("\r\r\n"));
        assertEquals(4, virtual("\n\r\n"));
        assertEquals(4, virtual("\r\n\n"));
        assertEquals(6, virtual("a\nb\r\n"));
        assertEquals(4, virtual("\n\n"));
    }

    @Test
    void givesTheSameHoweverTheTextIsCut() {
        Random random = new Random(5);
        for (int round = 0; round < 500; round++) {
            byte[] text = new byte[random.nextInt(200)];
            for (int i = 0; i < text.length; i++) {
                text[i] = (byte) "\r\nab".charAt(random.nextInt(4));
            }
            long expected = text.length;
            for (int i = 0; i < text.length; i++) {
                expected += text[i] == '\n' && (i == 0 || text[i - 1] != '\r') ? 1 : 0;
            }
            TextSize pieces = new TextSize();
            for (int at = 0; at < text.length;) {
                int n = random.nextInt(text.length - at + 1);
                pieces.add(text, at, n);
                at += n;
            }
            assertEquals(expected, pieces.virtual());
            assertEquals(text.length, pieces.physical());
            assertEquals(expected, TextSize.of(ByteBuffer.wrap(text)).virtual());
        }
    }
}
