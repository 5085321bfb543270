package io.roost.dovecot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** MD4 (RFC 1320), which Java does not bring: only for {@code %{md4:user}} in paths. */
final class Md4 {
    private static final int[][] SHIFTS = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
    private static final int[][] ORDER = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15}, {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}};

    private Md4() {
    }

    static byte[] digest(byte[] input) {
        int blocks = (input.length + 8) / 64 + 1;
        ByteBuffer padded = ByteBuffer.wrap(Arrays.copyOf(input, blocks * 64)).order(ByteOrder.LITTLE_ENDIAN);
        padded.put(input.length, (byte) 0x80).putLong(blocks * 64 - 8, input.length * 8L);
        int[] state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
        for (int block = 0; block < blocks; block++) {
            add(state, padded, block * 64);
        }
        ByteBuffer out = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : state) {
            out.putInt(word);
        }
        return out.array();
    }

    private static void add(int[] state, ByteBuffer input, int at) {
        int a = state[0];
        int b = state[1];
        int c = state[2];
        int d = state[3];
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 16; i++) {
                int mixed = switch (round) {
                    case 0 -> b & c | ~b & d;
                    case 1 -> (b & c | b & d | c & d) + 0x5a827999;
                    default -> (b ^ c ^ d) + 0x6ed9eba1;
                };
                int next = Integer.rotateLeft(a + mixed + input.getInt(at + 4 * ORDER[round][i]), SHIFTS[round][i % 4]);
                a = d;
                d = c;
                c = b;
                b = next;
            }
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }
}
