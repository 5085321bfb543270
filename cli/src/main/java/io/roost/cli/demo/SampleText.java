package io.roost.cli.demo;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;

/**
 * Makes up messages: some plain, some with an attachment, sizes with a long tail around 6 KB. The same seed gives the same
 * ones.
 */
final class SampleText {
    private static final String[] PEOPLE = {"Anna", "Bert", "Chiyo", "Dario", "Eleni", "Farid", "Grażyna", "Håkan", "Inés",
            "Jürgen"};
    private static final String[] WORDS = ("mail server backend index storage night window users mailbox copy plan report "
            + "quiet slow fast disk network week budget lunch train owl roost tree branch letter answer question meeting "
            + "notes draft final version please thanks tomorrow monday review change ticket calm nest feather").split(" ");
    private static final int MEDIAN_BYTES = 5_000;
    private static final int MOST_BYTES = 400_000;

    private final Random random;

    SampleText(long seed) {
        random = new Random(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** A message of random size. */
    byte[] message(int number, long sent) {
        int size = (int) Math.min(MOST_BYTES, MEDIAN_BYTES * Math.exp(random.nextGaussian()));
        return message(number, sent, size).getBytes(StandardCharsets.UTF_8);
    }

    /** A message with about {@code size} bytes of body. */
    String message(int number, long sent, int size) {
        String from = PEOPLE[below(PEOPLE.length)];
        StringBuilder out = new StringBuilder(size + 1000);
        out.append("Return-Path: <sender@example.com>\nReceived: from mx.example.com (mx.example.com [192.0.2.25])\n\tby "
                + "backend1 with LMTP; ")
                .append(sent).append("\nFrom: ").append(from).append(" <sender@example.com>\nTo: anna@example.org\nSubject: ")
                .append(sentence(4)).append("\nMessage-ID: <").append(number).append('.')
                .append(Long.toHexString(random.nextLong()))
                .append("@example.com>\nMIME-Version: 1.0\n");
        if (size > 20_000) {
            String boundary = "=_" + Long.toHexString(random.nextLong());
            out.append("Content-Type: multipart/mixed; boundary=\"").append(boundary).append("\"\n\n--").append(boundary)
                    .append("\nContent-Type: text/plain; charset=utf-8\n\n");
            text(out, 2_000);
            out.append("--").append(boundary).append("\nContent-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n");
            byte[] bytes = new byte[(size - 2_000) / 4 * 3];
            random.nextBytes(bytes);
            out.append(Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(bytes)).append("\n--").append(boundary)
                    .append("--\n");
        } else {
            out.append("Content-Type: text/plain; charset=utf-8\n\n");
            text(out, size);
        }
        return out.toString();
    }

    private void text(StringBuilder out, int size) {
        int end = out.length() + size;
        while (out.length() < end) {
            out.append(sentence(6 + below(6))).append(below(4) == 0 ? ".\n\n" : ".\n");
        }
        out.append("-- \n").append(PEOPLE[below(PEOPLE.length)]).append('\n');
    }

    private String sentence(int words) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < words; i++) {
            out.append(i == 0 ? "" : " ").append(WORDS[below(WORDS.length)]);
        }
        return out.toString();
    }
}
