package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

class KeyDecoderTest {
    private static List<Key> keys(String typed) throws IOException {
        int[] at = {0};
        // a blank in time where there is a NUL
        KeyDecoder decoder = new KeyDecoder(timeout -> at[0] == typed.length() ? KeyDecoder.GONE
                : typed.charAt(at[0]++) == 0 ? KeyDecoder.NONE : typed.charAt(at[0] - 1));
        List<Key> keys = new ArrayList<>();
        while (true) {
            Key key = decoder.read(100);
            if (key != null && key.name() == Key.Name.GONE) {
                return keys;
            }
            keys.add(key);
        }
    }

    private static Key.Name name(String typed) throws IOException {
        List<Key> keys = keys(typed);
        assertEquals(1, keys.size(), keys.toString());
        return keys.get(0).name();
    }

    @Test
    void keysOfAllTerminals() throws IOException {
        assertEquals(List.of(Key.character('a'), Key.character('é'), Key.character(0x1f600)), keys("aé\ud83d\ude00"));
        assertEquals(Key.Name.UP, name("\033[A"));
        assertEquals(Key.Name.UP, name("\033OA"));
        assertEquals(Key.Name.DOWN, name("\033[1;5B"));
        assertEquals(Key.Name.PAGE_UP, name("\033[5~"));
        assertEquals(Key.Name.HOME, name("\033[1~"));
        assertEquals(Key.Name.END, name("\033OF"));
        assertEquals(Key.Name.ENTER, name("\r"));
        assertEquals(Key.Name.BACKSPACE, name("\177"));
        assertEquals(Key.Name.INTERRUPT, name("\003"));
        assertEquals(Key.Name.OTHER, name("\033[<0;10;20t"));
        assertEquals(Key.Name.OTHER, name("\ud83d"));
        assertEquals(Key.Name.PASTE_BEGINS, name("\033[200~"));
        assertEquals(Key.Name.PASTE_ENDS, name("\033[201~"));
    }

    @Test
    void theMouse() throws IOException {
        assertEquals(List.of(new Key(Key.Name.CLICK, 0, 6, 4)), keys("\033[<0;5;7M"));
        assertEquals(Key.Name.OTHER, name("\033[<0;5;7m"));
        assertEquals(Key.Name.WHEEL_UP, name("\033[<64;5;7M"));
        assertEquals(Key.Name.WHEEL_DOWN, name("\033[<65;5;7M"));
        assertEquals(Key.Name.OTHER, name("\033[<2;5;7M"));
        assertEquals(Key.Name.OTHER, name("\033[<0;5M"));
        assertEquals(Key.Name.OTHER, name("\033[<0;99999999;7M"));
    }

    @Test
    void anEscapeByItselfIsAKey() throws IOException {
        List<Key> keys = keys("\033\0q");
        assertEquals(Key.Name.ESCAPE, keys.get(0).name());
        assertEquals(Key.character('q'), keys.get(1));
        assertEquals(Key.Name.ESCAPE, name("\033"));
        assertEquals(List.of(Key.of(Key.Name.ESCAPE), Key.of(Key.Name.ESCAPE)), keys("\033\033"));
        assertEquals(List.of(Key.of(Key.Name.ESCAPE), Key.of(Key.Name.UP)), keys("\033\033[A"));
        assertNull(keys("\0").get(0));
    }

    @Test
    void garbageIsNeverTextAndEnds() throws IOException {
        Random random = new Random(6);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder typed = new StringBuilder();
            for (int i = random.nextInt(40); i >= 0; i--) {
                typed.append(random.nextInt(3) == 0 ? '\033' : (char) random.nextInt(0x80));
            }
            for (Key key : keys(typed.toString())) {
                assertEquals(false, key != null && key.name() == Key.Name.CHARACTER && Character.isISOControl(key.codePoint()));
            }
        }
    }
}
