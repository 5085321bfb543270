package io.roost.throttle;

/**
 * Limits that hold together: {@code full}, {@code 20MB/s}, {@code 500mails/s}, or {@code 20MB/s+500mails/s}. Blanks may stand
 * in place of the plus.
 *
 * @param bandwidth      bytes of mail
 * @param mailsPerSecond 1 to {@link #MAX_MAILS}, or {@link Bandwidth#UNLIMITED}
 */
public record RateLimit(Bandwidth bandwidth, long mailsPerSecond) {
    public static final long MAX_MAILS = 10_000_000;
    public static final RateLimit FULL = new RateLimit(Bandwidth.FULL, Bandwidth.UNLIMITED);

    private static final String MAILS = "mails/s";

    public RateLimit {
        if (mailsPerSecond != Bandwidth.UNLIMITED && (mailsPerSecond < 1 || mailsPerSecond > MAX_MAILS)) {
            throw new IllegalArgumentException("mails per second: " + mailsPerSecond);
        }
    }

    /** Reads what an administrator wrote. */
    public static RateLimit parse(String text) throws InvalidRateException {
        String[] parts = text.strip().split(" *\\+ *| +(?=[0-9])", 3);
        RateLimit limit = FULL;
        for (String part : parts) {
            boolean mails = part.endsWith(MAILS);
            boolean twice = mails ? limit.mailsPerSecond != Bandwidth.UNLIMITED : !limit.bandwidth.isFull();
            if (twice || parts.length > 1 && part.equals("full")) {
                throw new InvalidRateException("rate", text, "full, or at most one bandwidth and one number of mails, "
                        + "such as 20MB/s+500mails/s");
            }
            limit = mails ? new RateLimit(limit.bandwidth, mails(part))
                    : new RateLimit(Bandwidth.parse(part), limit.mailsPerSecond);
        }
        return limit;
    }

    private static long mails(String part) throws InvalidRateException {
        String number = part.substring(0, part.length() - MAILS.length()).strip();
        if (!number.matches("[0-9]{1,8}") || Long.parseLong(number) < 1 || Long.parseLong(number) > MAX_MAILS) {
            throw new InvalidRateException("rate", part, "1 to " + MAX_MAILS + " mails/s, such as 500mails/s");
        }
        return Long.parseLong(number);
    }

    public boolean isFull() {
        return bandwidth.isFull() && mailsPerSecond == Bandwidth.UNLIMITED;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        if (mailsPerSecond == Bandwidth.UNLIMITED) {
            return bandwidth.toString();
        }
        return (bandwidth.isFull() ? "" : bandwidth + "+") + mailsPerSecond + MAILS;
    }
}
