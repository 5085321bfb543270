package io.roost.cli.report;

import java.time.YearMonth;
import java.util.Locale;
import java.util.TreeSet;

import io.roost.cli.screen.Quantity;
import io.roost.migrate.MonthCounts;

/** Mails per month before and after: a picture with one half above the other, and a table of all months. */
final class MonthChart {
    private static final int WIDTH = 1000;
    private static final int LEFT = 84;
    private static final int HALF = 110;
    private static final int GAP = 22;

    private final MonthCounts before;
    private final MonthCounts after;
    private final TreeSet<YearMonth> months = new TreeSet<>();
    private long most = 1;

    MonthChart(MonthCounts before, MonthCounts after) {
        this.before = before;
        this.after = after;
        before.forEach(this::add);
        after.forEach(this::add);
    }

    private void add(YearMonth month, long mails) {
        months.add(month);
        most = Math.max(most, mails);
    }

    boolean isEmpty() {
        return months.isEmpty();
    }

    /** Months in which the two differ. */
    long differing() {
        return months.stream().filter(month -> before.of(month) != after.of(month)).count();
    }

    void write(Html html) {
        picture(html);
        html.raw("<div class=\"months\">").table("Mails received in each month (UTC). Where before and after differ, both "
                + "stand there, as before → after.", "Year",
                "Jan>", "Feb>", "Mar>", "Apr>", "May>", "Jun>", "Jul>", "Aug>", "Sep>", "Oct>", "Nov>", "Dec>", "Sum>");
        for (int year = months.first().getYear(); year <= months.last().getYear(); year++) {
            if (months.subSet(YearMonth.of(year, 1), true, YearMonth.of(year, 12), true).isEmpty()) {
                continue;
            }
            html.raw("<tr>").rowHeading(Integer.toString(year));
            long sumBefore = 0;
            long sumAfter = 0;
            for (int month = 1; month <= 12; month++) {
                YearMonth m = YearMonth.of(year, month);
                cell(html, before.of(m), after.of(m));
                sumBefore += before.of(m);
                sumAfter += after.of(m);
            }
            cell(html, sumBefore, sumAfter);
            html.raw("</tr>\n");
        }
        html.endTable().raw("</div>\n");
    }

    private static void cell(Html html, long before, long after) {
        if (before == after) {
            html.number(before == 0 ? "" : Quantity.count(before));
        } else {
            html.element("td class=\"n differs\"", Quantity.count(before) + " → " + Quantity.count(after));
        }
    }

    private void picture(Html html) {
        YearMonth first = months.first();
        int count = index(months.last()) - index(first) + 1;
        double width = (WIDTH - LEFT - 10.0) / Math.max(count, 12);
        int height = 2 * HALF + GAP + 4;
        html.raw("<svg viewBox=\"0 0 " + WIDTH + " " + height
                + "\" role=\"img\" aria-label=\"Mails per month, before above and after "
                + "below; the table has the numbers\">");
        html.raw("<text x=\"" + (LEFT - 8) + "\" y=\"14\" text-anchor=\"end\">" + Quantity.count(most) + "</text>")
                .raw("<text x=\"" + (LEFT - 8) + "\" y=\"" + (HALF - 8) + "\" text-anchor=\"end\">before</text>")
                .raw("<text x=\"" + (LEFT - 8) + "\" y=\"" + (HALF + GAP + 14) + "\" text-anchor=\"end\">after</text>");
        for (YearMonth month : months) {
            double x = LEFT + width * (index(month) - index(first));
            bar(html, "before", x, width, before.of(month), true);
            bar(html, "after", x, width, after.of(month), false);
        }
        int years = count / 12 + 1;
        int step = Math.max(1, (years + 14) / 15);
        for (int year = first.getYear(); year <= months.last().getYear(); year++) {
            double x = LEFT + width * (year * 12 - index(first));
            if (year == first.getYear()) {
                x = LEFT;
            } else if (year % step != 0 || x < LEFT + 40) {
                continue;
            }
            html.raw(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%d\">%d</text>", x, HALF + GAP - 6, year));
        }
        html.raw(String.format(Locale.ROOT, "<path class=\"grid\" d=\"M%d %dH%d M%d %dH%d\"/></svg>%n", LEFT, HALF, WIDTH - 10,
                LEFT,
                HALF + GAP, WIDTH - 10));
    }

    private void bar(Html html, String style, double x, double width, long mails, boolean up) {
        if (mails > 0) {
            double height = Math.max(1, (double) mails / most * (HALF - 6));
            html.raw(String.format(Locale.ROOT, "<rect class=\"%s\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\"/>",
                    style, x,
                    up ? HALF - height : HALF + GAP, Math.max(0.6, width * 0.86), height));
        }
    }

    private static int index(YearMonth month) {
        return month.getYear() * 12 + month.getMonthValue() - 1;
    }
}
