package io.roost.index;

import java.util.Arrays;
import java.util.Random;

/** Damages valid files in the ways that disks, crashes and strangers do. */
public final class Mutator {
    private static final int[] VALUES = {0, 1, 3, 4, 5, 8, 40, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7ffffff0, 0x7fffffff,
        0x80000000, 0xfffffff0, 0xffffffff};

    private Mutator() {
    }

    public static byte[] mutate(byte[] valid, Random random) {
        byte[] b = valid.clone();
        for (int n = 1 + random.nextInt(3); n > 0 && b.length > 0; n--) {
            int at = random.nextInt(b.length);
            switch (random.nextInt(7)) {
                case 0 -> b[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> b[at] = (byte) random.nextInt();
                case 2 -> put(b, at & ~3, VALUES[random.nextInt(VALUES.length)]);
                case 3 -> put(b, at & ~3, random.nextInt(2 * b.length));
                case 4 -> put(b, at & ~1, VALUES[random.nextInt(VALUES.length)] & 0xffff);
                case 5 -> {
                    int from = random.nextInt(b.length);
                    System.arraycopy(b.clone(), from, b, at, Math.min(random.nextInt(64), b.length - Math.max(at, from)));
                }
                default -> b = random.nextInt(4) > 0 ? b : Arrays.copyOf(b, random.nextBoolean() ? at : b.length
                        + random.nextInt(100));
            }
        }
        return b;
    }

    private static void put(byte[] b, int at, int value) {
        for (int i = 0; i < 4 && at + i < b.length; i++) {
            b[at + i] = (byte) (value >>> 8 * i);
        }
    }
}
