package io.roost.cli.report;

import java.time.ZoneId;
import java.util.List;
import java.util.Locale;

import io.roost.cli.report.RunSummary.Sample;
import io.roost.cli.screen.Quantity;

/** Bytes and mails per second over the time of the run, and when something held it back, as a picture in SVG. */
final class ThroughputChart {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 300;
    private static final int LEFT = 84;
    private static final int RIGHT = 66;
    private static final int TOP = 14;
    private static final int BOTTOM = 46;
    private static final int COLUMNS = 240;

    private final List<Sample> samples;
    private final ZoneId zone;
    private final long from;
    private final long to;
    private final double mostBytes;
    private final double mostMails;

    ThroughputChart(List<Sample> all, ZoneId zone) {
        samples = Thinned.of(all, COLUMNS);
        this.zone = zone;
        from = samples.get(0).from();
        to = samples.get(samples.size() - 1).to();
        mostBytes = ceiling(samples.stream().mapToDouble(ThroughputChart::bytes).max().orElse(0));
        mostMails = Axis.roundUp(samples.stream().mapToDouble(ThroughputChart::mails).max().orElse(0));
    }

    /** Round in the units in which it is written. */
    private static double ceiling(double bytes) {
        double unit = 1;
        while (bytes / unit >= 1024) {
            unit *= 1024;
        }
        return Axis.roundUp(bytes / unit) * unit;
    }

    private static double bytes(Sample s) {
        return s.bytes() * 1000.0 / (s.to() - s.from());
    }

    private static double mails(Sample s) {
        return s.mails() * 1000.0 / (s.to() - s.from());
    }

    void write(Html html) {
        html.raw("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-labelledby=\"tp-t tp-d\">")
                .element("title id=\"tp-t\"", "Throughput over time").element("desc id=\"tp-d\"", description());
        for (int i = 0; i <= 4; i++) {
            double y = TOP + (HEIGHT - TOP - BOTTOM) * (4 - i) / 4.0;
            html.raw(format("<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, y, WIDTH - RIGHT));
            html.raw(format("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 8, y + 4))
                    .text(Quantity.bytes(mostBytes * i / 4) + "/s").raw("</text>");
            html.raw(format("<text x=\"%d\" y=\"%.1f\">", WIDTH - RIGHT + 8, y + 4))
                    .text(mostMails * i / 4 < 10 && i > 0 ? Quantity.rate(mostMails * i / 4)
                            : Quantity.count(Math.round(mostMails * i / 4))).raw("</text>");
        }
        for (long time : Axis.times(from, to, zone)) {
            html.raw(format("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">", x(time), HEIGHT - 8))
                    .text(Axis.time(time, to - from, zone)).raw("</text>");
        }
        StringBuilder area = new StringBuilder();
        point(area, middle(samples.get(0)), 0);
        StringBuilder line = new StringBuilder();
        StringBuilder mails = new StringBuilder();
        for (Sample s : samples) {
            double middle = middle(s);
            point(area, middle, bytes(s) / mostBytes);
            point(line, middle, bytes(s) / mostBytes);
            point(mails, middle, mails(s) / mostMails);
            if (s.slowed()) {
                html.raw(format("<rect class=\"band\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"8\"/>", x(s.from()),
                        HEIGHT - BOTTOM + 6, Math.max(1, x(s.to()) - x(s.from()) + 0.3)));
            }
        }
        point(area, middle(samples.get(samples.size() - 1)), 0);
        area.append('Z');
        html.raw("<path class=\"area\" d=\"" + area + "\"/><path class=\"line\" d=\"" + line + "\"/><path class=\"line2\" d=\""
                + mails + "\"/></svg>\n");
        html.raw("<ul class=\"legend\"><li>" + swatch("<path class=\"line\" d=\"M0 6H26\"/>")
                + "bytes per second (left)</li><li>"
                + swatch("<path class=\"line2\" d=\"M0 6H26\"/>") + "mails per second (right)</li><li>"
                + swatch("<rect class=\"band\" width=\"26\" height=\"8\" y=\"2\"/>") + "held back (below)</li></ul>\n");
    }

    static String swatch(String shape) {
        return "<svg class=\"key\" style=\"width:26px\" viewBox=\"0 0 26 12\" aria-hidden=\"true\">" + shape + "</svg>";
    }

    private String description() {
        long held = samples.stream().filter(Sample::slowed).mapToLong(s -> s.to() - s.from()).sum();
        double top = samples.stream().mapToDouble(ThroughputChart::bytes).max().orElse(0);
        return "From " + Quantity.time(from) + " to " + Quantity.time(to) + ": at most " + Quantity.bytes(top) + "/s and "
                + Quantity.rate(samples.stream().mapToDouble(ThroughputChart::mails).max().orElse(0)) + " mails/s; "
                + (held == 0 ? "never held back." : "held back at times, " + Quantity.seconds(held / 1000.0) + " in all.");
    }

    private static void point(StringBuilder path, double x, double share) {
        path.append(path.length() == 0 ? 'M' : 'L')
                .append(format("%.1f %.1f", x, TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(1, share))));
    }

    private double middle(Sample sample) {
        return x((sample.from() + sample.to()) / 2);
    }

    private double x(long time) {
        return LEFT + (WIDTH - LEFT - RIGHT) * ((double) (time - from) / Math.max(1, to - from));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
