package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class ArrivalOrderTest {

    private static List<String> sorted(List<String> names) {
        MailFiles files = new MailFiles(new NameStore());
        names.forEach(n -> files.add(n, false));
        int[] positions = IntStream.range(0, files.size()).toArray();
        new ArrivalOrder(files).sort(positions);
        int[] each = positions.clone();
        Arrays.sort(each);
        assertArrayEquals(IntStream.range(0, files.size()).toArray(), each);
        return IntStream.of(positions).mapToObj(files::name).toList();
    }

    @Test
    void sortsByTimeThenMicrosecondsThenName() {
        List<String> expected = List.of("msg.1", "999.z", "1000.M5P9.a", "1000.M30P1.a", "1001.a:2,S", "1001.b");
        List<String> shuffled = new ArrayList<>(expected);
        for (int i = 0; i < 50; i++) {
            Collections.shuffle(shuffled, new Random(i));
            assertEquals(expected, sorted(shuffled));
        }
    }

    @Test
    void sortsWhatHasNoStrictOrder() {
        // 1.M9 before 1.N (by name), 1.N before 1.P M1, which is before 1.M9 (by microseconds).
        Random random = new Random(5);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            names.add("1." + (random.nextBoolean() ? "M" : "") + random.nextInt(100_000)
                    + (char) ('A' + random.nextInt(26)) + "M" + random.nextInt(1000) + "." + i);
        }
        assertEquals(5000, sorted(names).size());
    }
}
