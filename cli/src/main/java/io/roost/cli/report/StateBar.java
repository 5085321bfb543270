package io.roost.cli.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.roost.cli.screen.Quantity;
import io.roost.engine.Phase;

/** Users by state: one bar, and the table that says the same in numbers. */
final class StateBar {
    private static final int WIDTH = 1000;
    private static final List<Phase> ORDER =
            List.of(Phase.DONE, Phase.FAILED, Phase.RETRYING, Phase.ACTIVE, Phase.SKIPPED, Phase.WAITING);

    private StateBar() {
    }

    static void write(Html html, Map<Phase, Integer> users, boolean ended) {
        long total = users.values().stream().mapToLong(Integer::intValue).sum();
        html.raw("<svg viewBox=\"0 0 " + WIDTH
                + " 34\" role=\"img\" aria-label=\"Users by state; the table below has the numbers\">");
        double x = 0;
        for (Phase phase : ORDER) {
            int count = users.getOrDefault(phase, 0);
            // a single failure among a hundred thousand has to be seen
            double width = total == 0 || count == 0 ? 0 : Math.max(5, (double) count / total * WIDTH);
            width = Math.min(width, WIDTH - x);
            if (width > 0) {
                html.raw(String.format(Locale.ROOT, "<rect class=\"s-%s\" x=\"%.1f\" y=\"2\" width=\"%.1f\" height=\"30\"/>",
                        id(phase), x,
                        Math.max(1, width - 1.5)));
                x += width;
            }
        }
        html.raw("</svg>\n").table("Users by state", "State", "Users>", "Share>", "Meaning");
        for (Phase phase : ORDER) {
            int count = users.getOrDefault(phase, 0);
            if (count == 0 && phase != Phase.DONE && phase != Phase.FAILED) {
                continue;
            }
            html.raw("<tr><th scope=\"row\"><svg class=\"key\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><rect class=\"s-"
                    + id(phase)
                    + "\" width=\"12\" height=\"12\"/></svg>").text(name(phase, ended)).raw("</th>");
            html.number(Quantity.count(count)).number(share(count, total)).cell(meaning(phase, ended)).raw("</tr>\n");
        }
        html.endTable();
    }

    /** A share as people read it: none is only said of none, all only of all. */
    static String share(long count, long total) {
        if (count == 0 || count == total) {
            return count == 0 ? "0 %" : "100 %";
        }
        double percent = 100.0 * count / total;
        return percent < 0.05 ? "under 0.1 %" : percent > 99.95 ? "over 99.9 %"
                : String.format(Locale.ROOT, "%.1f %%", percent);
    }

    private static String id(Phase phase) {
        return phase.name().toLowerCase(Locale.ROOT);
    }

    static String name(Phase phase, boolean ended) {
        return switch (phase) {
            case DONE -> "done";
            case FAILED -> "failed";
            case RETRYING -> ended ? "to be tried again" : "waiting to be tried again";
            case ACTIVE -> "in flight";
            case SKIPPED -> "taken out";
            case WAITING -> ended ? "not begun" : "waiting";
        };
    }

    private static String meaning(Phase phase, boolean ended) {
        return switch (phase) {
            case DONE -> "The mdbox is there, complete and checked.";
            case FAILED -> "The Maildir is in force, unchanged. Reasons are below.";
            case RETRYING -> "Failed for a reason that may pass; the Maildir is in force."
                    + (ended ? " The next run tries them again." : "");
            case ACTIVE -> "Being migrated.";
            case SKIPPED -> "Taken out of this run by an operator; the Maildir is in force.";
            case WAITING -> "The Maildir is in force." + (ended ? " The next run goes on with them." : "");
        };
    }
}
