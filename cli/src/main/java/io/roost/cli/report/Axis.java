package io.roost.cli.report;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Round numbers to put beside a chart. */
final class Axis {
    private static final long[] TIME_STEPS = {1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 21_600, 43_200,
            86_400};

    private Axis() {
    }

    /** The least of 1, 2, 5, 10, 20, 50 ... that is not less. */
    static double roundUp(double value) {
        if (!(value > 0)) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : new double[] {1, 2, 5}) {
            if (value <= step * power * (1 + 1e-9)) {
                return step * power;
            }
        }
        return 10 * power;
    }

    /** Times to label between two, at most about seven. Unix milliseconds. */
    static List<Long> times(long from, long to, ZoneId zone) {
        double seconds = (to - from) / 1000.0;
        long step = TIME_STEPS[TIME_STEPS.length - 1];
        for (int i = TIME_STEPS.length - 1; i >= 0 && seconds / TIME_STEPS[i] <= 7; i--) {
            step = TIME_STEPS[i];
        }
        while (seconds / step > 7) {
            step *= 2;
        }
        long offset = zone.getRules().getOffset(Instant.ofEpochMilli(from)).getTotalSeconds();
        List<Long> times = new ArrayList<>();
        long first = Math.floorDiv(Math.floorDiv(from + 999, 1000) + offset + step - 1, step) * step;
        for (long t = first; (t - offset) * 1000 <= to; t += step) {
            times.add((t - offset) * 1000);
        }
        return times;
    }

    /** A time as a chart of that length labels it. */
    static String time(long millis, long length, ZoneId zone) {
        String form = length < 600_000 ? "HH:mm:ss" : length > 2 * 86_400_000L ? "d MMM HH:mm" : "HH:mm";
        return DateTimeFormatter.ofPattern(form, Locale.ENGLISH).withZone(zone).format(Instant.ofEpochMilli(millis));
    }
}
