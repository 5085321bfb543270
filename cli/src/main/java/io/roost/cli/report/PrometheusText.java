package io.roost.cli.report;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Set;

/**
 * Prometheus' text format, version 0.0.4, as its node exporter reads it from files.
 *
 * <pre>
 *   # HELP name text          "\" and line feed escaped
 *   # TYPE name counter|gauge|histogram
 *   name{label="value",...} number       "\", line feed and double quote escaped
 * </pre>
 * All samples of a family stand together below its two lines, each line ends with a line feed, and there are no time stamps:
 * the node exporter refuses them. Not thread-safe.
 */
final class PrometheusText {
    private final StringBuilder out = new StringBuilder(8192);
    private final Set<String> families = new HashSet<>();
    private String family;

    /** Begins a family; {@link #sample} adds to it. */
    PrometheusText family(String name, String type, String help) {
        if (!name.matches("[a-zA-Z_:][a-zA-Z0-9_:]*") || !families.add(name)) {
            throw new IllegalArgumentException(name);
        }
        family = name;
        out.append("# HELP ").append(name).append(' ').append(help.replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /** @param labels names and values by turns; values may be anything */
    PrometheusText sample(double value, String... labels) {
        return sample("", value, labels);
    }

    /** Of a histogram. */
    PrometheusText histogram(DurationCounts counts) {
        long below = 0;
        for (int i = 0; i < DurationCounts.BOUNDS.length; i++) {
            below += counts.count(i);
            sample("_bucket", below, "le", number(DurationCounts.BOUNDS[i]));
        }
        sample("_bucket", counts.total(), "le", "+Inf");
        sample("_sum", counts.sum());
        return sample("_count", counts.total());
    }

    private PrometheusText sample(String suffix, double value, String... labels) {
        out.append(family).append(suffix);
        for (int i = 0; i < labels.length; i += 2) {
            out.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"").append(escape(labels[i + 1])).append('"');
        }
        out.append(labels.length == 0 ? " " : "} ").append(number(value)).append('\n');
        return this;
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value)
                : new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
