package io.roost.cli.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import io.roost.cli.screen.Align;
import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Span;
import io.roost.cli.screen.Style;
import io.roost.cli.screen.Table;
import io.roost.preflight.Finding;
import io.roost.preflight.Hint;
import io.roost.preflight.Severity;

/** Findings for people: a table of all, then what is not in order, the gravest first, with what to do. */
public final class FindingReport {
    private final Screen screen;
    private final boolean details;

    /** @param details whether all is told of what is in order too */
    public FindingReport(Screen screen, boolean details) {
        this.screen = screen;
        this.details = details;
    }

    /** How a severity is shown; the word is there without colours too. */
    public static Span label(Severity severity) {
        String word = severity.name().toLowerCase(Locale.ROOT);
        return switch (severity) {
            case UNSAFE -> Style.BAD.of("UNSAFE");
            case UNKNOWN, SLOW -> Style.WARNING.of(word);
            case ADVICE -> Style.COMMAND.of(word);
            case OK -> Style.GOOD.of(word);
        };
    }

    /** What was found and why it matters, in a line. */
    public static String sentence(Finding finding) {
        return (finding.lookedAt().isEmpty() ? "" : finding.lookedAt() + ": ") + finding.found()
                + (finding.why().isEmpty() ? "" : "; " + finding.why());
    }

    public void print(List<Finding> findings) {
        Table table = new Table().column("", Align.LEFT).column("Check", Align.LEFT).elasticColumn("Found").elasticColumn("Looked at");
        findings.forEach(f -> table.row(label(f.severity()), f.id(), f.found(), f.lookedAt()));
        screen.table(table);
        // what could not be looked at for one reason is told at once
        Map<List<Object>, List<Finding>> alike = new LinkedHashMap<>();
        findings.stream().filter(f -> details || f.severity() != Severity.OK).sorted(Comparator.comparing(Finding::severity).reversed())
                .forEach(f -> alike.computeIfAbsent(f.severity() == Severity.UNKNOWN ? List.of(f.found(), f.remedy()) : List.of(f),
                        key -> new ArrayList<>()).add(f));
        alike.values().forEach(this::details);
        screen.line();
        screen.line(Style.HEADING.of(summary(findings)));
    }

    private void details(List<Finding> alike) {
        Finding finding = alike.get(0);
        screen.line();
        if (alike.size() == 1) {
            screen.line(label(finding.severity()), Span.plain(" "), Style.HEADING.of(finding.id()),
                    Span.plain(finding.lookedAt().isEmpty() ? "" : ", " + finding.lookedAt()));
        } else {
            screen.line(label(finding.severity()), Span.plain(" " + alike.size() + " checks"));
            item("checks", alike.stream().map(Finding::id).distinct().collect(Collectors.joining(", ")));
            item("of", alike.stream().map(Finding::lookedAt).distinct().collect(Collectors.joining(", ")));
        }
        item("found", finding.found());
        if (alike.size() == 1) {
            item("expected", finding.expected());
            item("why", finding.why());
        }
        item("to do", finding.remedy());
        if (finding.severity() != Severity.OK) {
            alike.stream().flatMap(f -> f.hint().stream()).distinct().forEach(this::hint);
        }
    }

    /** Lines as they are, to be copied. */
    private void hint(Hint hint) {
        item("in", hint.file() + ":");
        hint.text().lines().forEach(line -> screen.line("            " + line));
    }

    private void item(String name, String text) {
        if (!text.isEmpty()) {
            screen.paragraph("  " + String.format("%-10s", name), " ".repeat(12), text);
        }
    }

    static String summary(List<Finding> findings) {
        StringBuilder out = new StringBuilder();
        for (Severity severity : List.of(Severity.UNSAFE, Severity.UNKNOWN, Severity.SLOW, Severity.ADVICE, Severity.OK)) {
            long count = findings.stream().filter(f -> f.severity() == severity).count();
            out.append(out.isEmpty() ? "" : ", ").append(Quantity.count(count)).append(' ')
                    .append(severity.name().toLowerCase(Locale.ROOT));
        }
        return out.toString();
    }
}
