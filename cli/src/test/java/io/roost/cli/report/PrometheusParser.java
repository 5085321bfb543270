package io.roost.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads Prometheus' text format as strictly as it is written down, without time stamps, as the node exporter wants it. */
final class PrometheusParser {
    private static final Pattern HELP = Pattern.compile("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\\\\n]|\\\\\\\\|\\\\n)*)");
    private static final Pattern TYPE = Pattern.compile("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? ([-+]?(?:[0-9]+(?:\\.[0-9]+)?|Inf)|NaN)");
    private static final Pattern LABEL =
            Pattern.compile("\\G(?:^|,)([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\\\\\"\\n]|\\\\[\\\\\"n])*)\"");

    private PrometheusParser() {
    }

    /** Samples by {@code name{label=value,...}}, values unescaped. */
    static Map<String, Double> parse(String text) {
        assertTrue(text.endsWith("\n"), "the last line has to end");
        Map<String, Double> samples = new LinkedHashMap<>();
        Set<String> families = new HashSet<>();
        String family = "";
        String type = "";
        String[] lines = text.substring(0, text.length() - 1).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            Matcher help = HELP.matcher(lines[i]);
            if (help.matches()) {
                family = help.group(1);
                assertTrue(families.add(family), () -> "a family twice");
                Matcher matcher = TYPE.matcher(i + 1 < lines.length ? lines[++i] : "");
                assertTrue(matcher.matches() && matcher.group(1).equals(family), "TYPE has to follow HELP");
                type = matcher.group(2);
                assertTrue(!type.equals("counter") || family.endsWith("_total"), family + ": counters end with _total");
                continue;
            }
            Matcher sample = SAMPLE.matcher(lines[i]);
            assertTrue(sample.matches(), lines[i]);
            String base = type.equals("histogram") ? sample.group(1).replaceFirst("_(bucket|sum|count)$", "") : sample.group(1);
            assertEquals(family, base);
            String key = sample.group(1) + "{" + labels(sample.group(2)) + "}";
            String number = sample.group(3).replace("Inf", "Infinity");
            assertEquals(null, samples.put(key, Double.parseDouble(number)), "a sample twice");
        }
        histograms(samples);
        return samples;
    }

    private static String labels(String text) {
        if (text == null) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        Matcher label = LABEL.matcher(text);
        int end = 0;
        while (label.find()) {
            end = label.end();
            String value = label.group(2).replaceAll("\\\\\\\\", "\u0000").replace("\\n", "\n").replace("\\\"",
                    "\"").replace('\u0000', '\\');
            out.append(out.length() == 0 ? "" : ",").append(label.group(1)).append('=').append(value);
        }
        assertEquals(text.length(), end, text);
        return out.toString();
    }

    private static void histograms(Map<String, Double> samples) {
        Map<String, TreeMap<Double, Double>> buckets = new TreeMap<>();
        samples.forEach((key, value) -> {
            Matcher bucket = Pattern.compile("(.*)_bucket\\{le=(.*)\\}").matcher(key);
            if (bucket.matches()) {
                buckets.computeIfAbsent(bucket.group(1),
                        k -> new TreeMap<>()).put(Double.parseDouble(bucket.group(2).replace("Inf", "Infinity")), value);
            }
        });
        buckets.forEach((name, counts) -> {
            assertEquals(Double.POSITIVE_INFINITY, counts.lastKey(), name + " has no bucket without bound");
            double last = 0;
            for (double count : counts.values()) {
                assertTrue(count >= last, name + " falls");
                last = count;
            }
            assertEquals(last, samples.get(name + "_count{}"));
            assertTrue(samples.containsKey(name + "_sum{}"));
        });
    }
}
