package io.roost.migrate;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.roost.maildir.SourceProblem;

/**
 * What a comparison of Maildir and mdbox came to.
 *
 * @param mailboxes  mailboxes compared
 * @param mails      mails that are equal
 * @param bytes      their plain size
 * @param fates      number of files by what became of them
 * @param mismatches differences, the first few thousand
 * @param mismatchCount how many there are in all
 * @param problems   of the source
 * @param millis     time taken
 */
public record VerifyReport(int mailboxes, long mails, long bytes, Map<FileFate.Fate, Long> fates, List<Mismatch> mismatches,
        long mismatchCount, List<SourceProblem> problems, long millis) {
    public VerifyReport {
        fates = fates.isEmpty() ? Map.of() : Map.copyOf(new EnumMap<>(fates));
        mismatches = List.copyOf(mismatches);
        problems = List.copyOf(problems);
    }

    /** Whether nothing differs and nothing is missing; what cannot be read from the Maildir does not count as equal. */
    public boolean isEqual() {
        return mismatchCount == 0 && fates.getOrDefault(FileFate.Fate.MISSING, 0L) == 0
                && fates.getOrDefault(FileFate.Fate.DIFFERENT, 0L) == 0;
    }
}
