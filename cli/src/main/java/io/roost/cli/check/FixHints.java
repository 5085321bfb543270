package io.roost.cli.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.roost.cli.screen.Screen;
import io.roost.preflight.Finding;
import io.roost.preflight.Hint;
import io.roost.preflight.Severity;

/**
 * The configuration that mends what was found, by file, to be read and pasted. The whole is a configuration of Dovecot: what belongs
 * elsewhere stands in comments.
 */
public final class FixHints {
    private final Screen screen;

    public FixHints(Screen screen) {
        this.screen = screen;
    }

    public void print(List<Finding> findings) {
        Map<String, Map<String, Set<String>>> files = new LinkedHashMap<>();
        List<Finding> without = new ArrayList<>();
        for (Finding finding : findings) {
            if (finding.hint().isPresent() && finding.severity() != Severity.OK) {
                files.computeIfAbsent(finding.hint().get().file(), f -> new LinkedHashMap<>())
                        .computeIfAbsent(finding.hint().get().text(), t -> new LinkedHashSet<>()).add(finding.id());
            } else if (finding.severity() == Severity.UNSAFE || finding.severity() == Severity.SLOW) {
                without.add(finding);
            }
        }
        files.forEach((file, hints) -> {
            screen.line("# ---- " + file + " ----");
            hints.forEach((text, ids) -> {
                screen.line("# " + String.join(", ", ids));
                text.lines().forEach(line -> screen.line(file.equals(Hint.DOVECOT) || line.startsWith("#") ? line : "#   " + line));
            });
            screen.line();
        });
        without.forEach(f -> screen.line("# " + f.id() + ", by hand: " + f.remedy()));
        if (files.isEmpty() && without.isEmpty()) {
            screen.line("# nothing to mend by configuration");
        }
    }
}
