package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.roost.posix.ByteString;

class NameStoreTest {

    @Test
    void givesBackWhatWasAddedHoweverMuchThatIs() {
        Random random = new Random(3);
        NameStore store = new NameStore();
        List<String> added = new ArrayList<>();
        List<Integer> addresses = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            byte[] b = new byte[random.nextInt(i % 1000 == 0 ? NameStore.MAX_LENGTH : 120)];
            random.nextBytes(b);
            String s = ByteString.of(b, 0, b.length);
            added.add(s);
            addresses.add(switch (i % 3) {
                case 0 -> store.add(s);
                case 1 -> store.add(b, 0, b.length);
                default -> store.addText(b, 0, Math.min(b.length, NameStore.MAX_LENGTH - 2));
            });
        }
        for (int i = 0; i < added.size(); i++) {
            String s = added.get(i);
            String found = i % 3 == 2 ? store.text(addresses.get(i)) : store.get(addresses.get(i), s.length());
            assertEquals(i % 3 == 2 ? s.substring(0, Math.min(s.length(), NameStore.MAX_LENGTH - 2)) : s, found);
        }
    }

    @Test
    void keepsOneNameInOneArray() {
        NameStore store = new NameStore();
        byte[] name = new byte[250];
        for (int i = 0; i < 20_000; i++) {
            Arrays.fill(name, (byte) i);
            int address = store.add(name, 0, name.length);
            int from = store.position(address);
            assertArrayEquals(name, Arrays.copyOfRange(store.chunk(address), from, from + name.length));
        }
    }

    @Test
    void refusesWhatIsTooLong() {
        NameStore store = new NameStore();
        assertThrows(IllegalArgumentException.class, () -> store.add("x".repeat(NameStore.MAX_LENGTH + 1)));
        assertThrows(IllegalArgumentException.class, () -> store.addText(new byte[70_000], 0, NameStore.MAX_LENGTH));
    }
}
