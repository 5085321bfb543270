package io.roost.throttle;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bytes per second as administrators write them, always with the unit.
 *
 * <pre>
 *   bandwidth = "full" | number [" "] [prefix] base
 *   number    = digits ["." digits]
 *   prefix    = "k" | "M" | "G"                 thousands, in any case
 *             | "Ki" | "Mi" | "Gi"              times 1024, in any case
 *   base      = "B/s"                           bytes
 *             | "bit/s"                         bits, in any case
 *             | "bps"                           bits, in lower case, after a prefix
 * </pre>
 * {@code 20MB/s} and {@code 160Mbit/s} are the same. A number without a unit is refused, and so is {@code 20Mb/s}, which half
 * of its readers take for the one and half for the other.
 *
 * @param bytesPerSecond {@link #MIN} to {@link #MAX}, or {@link #UNLIMITED}
 */
public record Bandwidth(long bytesPerSecond) {
    /** The number that stands for no limit. */
    public static final long UNLIMITED = Long.MAX_VALUE;
    /** Slower than this is a mistake: to hold everything there are other ways. */
    public static final long MIN = 1_000;
    public static final long MAX = 1_000_000_000_000L;
    public static final Bandwidth FULL = new Bandwidth(UNLIMITED);

    private static final String EXPECTED = "a rate with its unit, such as 20MB/s (megabytes) or 160Mbit/s (megabits), or full";
    private static final Pattern FORM = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?) ?([A-Za-z]*)(/s)?");
    private static final Map<String, Long> PREFIXES = Map.of("", 1L, "k", 1_000L, "m", 1_000_000L, "g", 1_000_000_000L,
            "ki", 1L << 10, "mi", 1L << 20, "gi", 1L << 30);
    private static final String[] DECIMAL = {"B/s", "kB/s", "MB/s", "GB/s"};
    private static final String[] BINARY = {"B/s", "KiB/s", "MiB/s", "GiB/s"};

    public Bandwidth {
        if (bytesPerSecond != UNLIMITED && (bytesPerSecond < MIN || bytesPerSecond > MAX)) {
            throw new IllegalArgumentException("bytes per second: " + bytesPerSecond);
        }
    }

    /** Reads what an administrator wrote. */
    public static Bandwidth parse(String text) throws InvalidRateException {
        if (text.equals("full")) {
            return FULL;
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new InvalidRateException("bandwidth", text, EXPECTED);
        }
        BigDecimal bytes = new BigDecimal(form.group(1)).multiply(unit(text, form.group(2), form.group(3) != null));
        if (bytes.compareTo(BigDecimal.valueOf(MIN)) < 0 || bytes.compareTo(BigDecimal.valueOf(MAX)) > 0) {
            throw new InvalidRateException("bandwidth", text, "at least 1kB/s and at most 1000GB/s");
        }
        return new Bandwidth(bytes.setScale(0, RoundingMode.HALF_UP).longValue());
    }

    private static BigDecimal unit(String text, String unit, boolean perSecond) throws InvalidRateException {
        String lower = unit.toLowerCase(Locale.ROOT);
        boolean bits = perSecond ? lower.endsWith("bit") : unit.endsWith("bps") && unit.length() > 3;
        boolean bytes = perSecond && unit.endsWith("B");
        if (!bits && !bytes) {
            boolean ambiguous = lower.endsWith(perSecond ? "b" : "bps") || !perSecond && lower.endsWith("b");
            throw new InvalidRateException("bandwidth", text, ambiguous
                    ? "MB/s for megabytes or Mbit/s for megabits: this could be either" : EXPECTED);
        }
        Long prefix = PREFIXES.get(lower.substring(0, lower.length() - (bits ? 3 : 1)));
        if (prefix == null) {
            throw new InvalidRateException("bandwidth", text, EXPECTED);
        }
        return BigDecimal.valueOf(prefix).divide(BigDecimal.valueOf(bits ? 8 : 1));
    }

    public boolean isFull() {
        return bytesPerSecond == UNLIMITED;
    }

    /** A short text that {@link #parse} reads as exactly this. */
    @Override
    public String toString() {
        if (isFull()) {
            return "full";
        }
        String decimal = text(1000, DECIMAL);
        String binary = text(1024, BINARY);
        return binary.contains("i") && binary.length() < decimal.length() ? binary : decimal;
    }

    private String text(int base, String[] units) {
        int unit = 0;
        BigDecimal value = BigDecimal.valueOf(bytesPerSecond);
        while (unit < units.length - 1 && value.compareTo(BigDecimal.valueOf(base)) >= 0) {
            value = value.divide(BigDecimal.valueOf(base));
            unit++;
        }
        BigDecimal number = value.stripTrailingZeros();
        // more digits than are read again: that unit does not suit
        return number.scale() > 9 ? bytesPerSecond + units[0] : number.toPlainString() + units[unit];
    }

    /** About so many bytes per second, in three digits, for people. */
    static String about(long bytesPerSecond) {
        double value = bytesPerSecond;
        int unit = 0;
        while (value >= 999.5 && unit < DECIMAL.length - 1) {
            value /= 1000;
            unit++;
        }
        String digits = unit == 0 || value >= 99.5 ? "%.0f" : value >= 9.95 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, digits, value) + DECIMAL[unit];
    }
}
