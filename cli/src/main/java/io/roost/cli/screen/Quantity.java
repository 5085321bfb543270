package io.roost.cli.screen;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers as people read them. The same in every locale. */
public final class Quantity {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private Quantity() {
    }

    /** {@code 20,000}. */
    public static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** {@code 1 mail}, {@code 20,000 mails}. */
    public static String count(long n, String one, String many) {
        return count(n) + " " + (n == 1 ? one : many);
    }

    /** {@code 512 B}, {@code 1.5 KiB}, {@code 12 MiB}: two digits or three. */
    public static String bytes(double bytes) {
        double value = Math.max(0, bytes);
        int unit = 0;
        while (value >= 1023.5 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        String digits = unit == 0 || value >= 99.5 ? "%.0f" : value >= 9.95 ? "%.0f" : "%.1f";
        return String.format(Locale.ROOT, digits, value) + " " + UNITS[unit];
    }

    /** {@code 0.4 s}, {@code 12 s}, {@code 3 min 20 s}, {@code 5 h 7 min}, {@code 2 d 3 h}. */
    public static String seconds(double seconds) {
        if (seconds < 9.95) {
            return String.format(Locale.ROOT, seconds > 0 && seconds < 0.05 ? "%.2f s" : "%.1f s", Math.max(0, seconds));
        }
        long s = Math.round(seconds);
        if (s < 60) {
            return s + " s";
        }
        if (s < 3600) {
            return s / 60 + " min " + s % 60 + " s";
        }
        if (s < 86_400) {
            return s / 3600 + " h " + s % 3600 / 60 + " min";
        }
        return s / 86_400 + " d " + s % 86_400 / 3600 + " h";
    }

    /** {@code 1,626}, {@code 12.3}, {@code 0.4}: mails per second. */
    public static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 99.5 ? "%.1f" : "%,.0f", Math.max(0, perSecond));
    }

    /** {@code 45 %}, rounded down: 100 only when all is done. */
    public static String percent(long done, long total) {
        return (total <= 0 ? 0 : Math.min(100, (long) (100.0 * done / total))) + " %";
    }

    /** A time of day in the machine's time zone, {@code -} for 0. */
    public static String time(long unixMillis) {
        return unixMillis == 0 ? "-" : LOCAL.withZone(ZoneId.systemDefault()).format(Instant.ofEpochMilli(unixMillis));
    }
}
