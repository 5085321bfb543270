package io.roost.cli.screen;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Numbers as people read them. The same in every locale. Number and unit are joined by a no-break space, which {@link Screen}
 * prints as a space.
 */
public final class Quantity {
    private static final char NBSP = '\u00a0';
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
        return count(n) + NBSP + (n == 1 ? one : many);
    }

    /** {@code 512 B}, {@code 1.5 KiB}, {@code 12 MiB}: two digits or three. */
    public static String bytes(double bytes) {
        double value = Math.max(0, bytes);
        int unit = 0;
        while (value >= 1023.5 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        String digits = unit == 0 || value >= 9.95 ? "%.0f" : "%.1f";
        return String.format(Locale.ROOT, digits, value) + NBSP + UNITS[unit];
    }

    /** {@code 0.4 s}, {@code 12 s}, {@code 3 min 20 s}, {@code 5 h 7 min}, {@code 2 d 3 h}. */
    public static String seconds(double seconds) {
        if (seconds < 9.95) {
            String number = seconds < 0.05 ? "under" + NBSP + "0.1" : String.format(Locale.ROOT, "%.1f", seconds);
            return number + NBSP + "s";
        }
        return wholeSeconds(seconds);
    }

    /** As {@link #seconds}, rounded up, for what lies in the future: {@code 1 s} at least. */
    public static String wholeSeconds(double seconds) {
        long s = Math.max(1, (long) Math.ceil(seconds - 0.05));
        if (s < 60) {
            return s + "" + NBSP + "s";
        }
        if (s < 3600) {
            return s / 60 + "" + NBSP + "min" + NBSP + s % 60 + NBSP + "s";
        }
        if (s < 86_400) {
            return s / 3600 + "" + NBSP + "h" + NBSP + s % 3600 / 60 + NBSP + "min";
        }
        return s / 86_400 + "" + NBSP + "d" + NBSP + s % 86_400 / 3600 + NBSP + "h";
    }

    /** {@code 1,626}, {@code 12.3}, {@code 0.4}: mails per second. */
    public static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 99.5 ? "%.1f" : "%,.0f", Math.max(0, perSecond));
    }

    /** {@code 45 %}, rounded down: 100 only when all is done. */
    public static String percent(long done, long total) {
        return (total <= 0 ? 0 : Math.min(100, (long) (100.0 * done / total))) + "" + NBSP + "%";
    }

    /** {@code 18:51:20} for today, {@code 2026-11-23} for other days, in the machine's time zone; {@code -} for 0. */
    public static String when(long unixMillis, long now) {
        String time = time(unixMillis);
        int space = time.indexOf(' ');
        return space < 0 ? time : time.substring(0, space).equals(time(now).substring(0, space)) ? time.substring(space + 1)
                : time.substring(0, space);
    }

    /** A moment in the machine's time zone, {@code -} for 0. */
    public static String time(long unixMillis) {
        return unixMillis == 0 ? "-" : LOCAL.withZone(ZoneId.systemDefault()).format(Instant.ofEpochMilli(unixMillis));
    }
}
