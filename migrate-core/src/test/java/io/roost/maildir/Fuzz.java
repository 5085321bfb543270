package io.roost.maildir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

import io.roost.dovecot.CorruptFileException;

/** Damages valid files in ever the same ways and sees that a reader either succeeds or says that the file is corrupt. */
final class Fuzz {
    private static final String ODD = "\0\n\r :,/9-\u00ff\t";

    /** Reads the damaged file. */
    interface Reader {
        void read() throws IOException;
    }

    private Fuzz() {
    }

    /** Runs the reader on {@code rounds} damaged versions of a file; returns how many of them were said to be corrupt. */
    static int run(Path file, String valid, int rounds, Reader reader) throws IOException {
        Random random = new Random(42);
        int corrupt = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] damaged = damage(valid.getBytes(StandardCharsets.ISO_8859_1), random);
            Files.write(file, damaged);
            try {
                reader.read();
            } catch (CorruptFileException e) {
                corrupt++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("round " + round + ": " + new String(damaged, StandardCharsets.ISO_8859_1), e);
            }
        }
        return corrupt;
    }

    /** A copy with a few bytes changed, cut out, doubled or cut off. */
    static byte[] damage(byte[] valid, Random random) {
        byte[] b = valid.clone();
        for (int n = 1 + random.nextInt(4); n > 0 && b.length > 0; n--) {
            int at = random.nextInt(b.length);
            switch (random.nextInt(6)) {
                case 0 -> b[at] = (byte) random.nextInt(256);
                case 1 -> b[at] = (byte) ODD.charAt(random.nextInt(ODD.length()));
                case 2 -> b = Arrays.copyOf(b, at);
                case 3 -> b = join(Arrays.copyOf(b, at),
                        Arrays.copyOfRange(b, Math.min(b.length, at + 1 + random.nextInt(20)), b.length));
                case 4 -> b = join(Arrays.copyOf(b, at), Arrays.copyOfRange(b, random.nextInt(at + 1), b.length));
                default -> b[at] ^= (byte) (1 << random.nextInt(8));
            }
        }
        return b;
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }
}
