package io.roost.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Span;
import io.roost.cli.screen.Style;
import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.maildir.SourceProblem.Severity;
import io.roost.posix.ByteString;

/** Prints problems of a source, grouped by kind, losses first, each kind with what to do about it. */
final class ProblemReport {
    private static final int SHOWN = 5;

    private final Screen screen;
    private final String root;

    /** @param root of the Maildir, a byte string; paths below it are shown without it. Empty if it is not known */
    ProblemReport(Screen screen, String root) {
        this.screen = screen;
        this.root = root;
    }

    /** Groups with a few examples each. */
    void summarise(List<SourceProblem> problems, String whereAll) {
        Map<Kind, List<SourceProblem>> groups = new TreeMap<>(Comparator.<Kind, Severity>comparing(Kind::severity).reversed()
                .thenComparing(Comparator.naturalOrder()));
        problems.forEach(p -> groups.computeIfAbsent(p.kind(), k -> new ArrayList<>()).add(p));
        groups.forEach((kind, group) -> {
            heading(kind, group.size());
            int shown = kind.severity() == Severity.NOTE ? 1 : SHOWN;
            group.stream().limit(shown).forEach(this::entry);
            if (group.size() > shown) {
                screen.paragraph("    ", "    ", "and " + Quantity.count(group.size() - shown) + " more" + whereAll);
            }
        });
    }

    /** As {@link #summarise}, for an occasion where notes do not matter: they are only counted. */
    void summariseWithoutNotes(List<SourceProblem> problems, String whereAll) {
        List<SourceProblem> notes = problems.stream().filter(p -> p.kind().severity() == Severity.NOTE).toList();
        summarise(problems.stream().filter(p -> p.kind().severity() != Severity.NOTE).toList(), whereAll);
        if (!notes.isEmpty()) {
            screen.line(Span.plain("  "), label(Severity.NOTE), Span.plain(" " + Quantity.count(notes.size(), "thing", "things")
                    + " worth knowing (roost plan tells)"));
        }
    }

    /** Every one of them, by name. */
    void all(List<SourceProblem> problems) {
        problems.forEach(this::entry);
    }

    private void heading(Kind kind, int count) {
        screen.line(Span.plain("  "), label(kind.severity()), Span.plain(" " + kind.id() + ", " + Quantity.count(count)));
        screen.paragraph("    ", "    ", kind.remedy());
    }

    private void entry(SourceProblem problem) {
        String path = problem.path();
        String shown = !root.isEmpty() && path.startsWith(root + "/") ? path.substring(root.length() + 1) : path;
        String where = problem.mailbox().isEmpty() ? "" : problem.mailbox() + ": ";
        screen.paragraph("    - ", "      ", where + ByteString.toText(shown) + ": " + problem.detail());
    }

    static Span label(Severity severity) {
        return switch (severity) {
            case LOSS -> Style.BAD.of("LOSS");
            case WARNING -> Style.WARNING.of("warning");
            case NOTE -> Style.FAINT.of("note");
        };
    }
}
