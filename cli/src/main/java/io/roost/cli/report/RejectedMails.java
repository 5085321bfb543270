package io.roost.cli.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.roost.cli.report.RunSummary.RejectedMail;
import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Severity;

/** Mails that could not be carried over, the first so many of them by name. Not thread-safe. */
final class RejectedMails {
    private final int max;
    private final Map<String, List<RejectedMail>> byUser = new LinkedHashMap<>();
    private long listed;
    /** Those that are only counted. */
    private long others;

    RejectedMails(int max) {
        this.max = max;
    }

    /** @param leftOut whether the user was migrated without them */
    void add(String user, List<SourceProblem> problems, boolean leftOut) {
        List<RejectedMail> mails = new ArrayList<>();
        for (SourceProblem problem : problems) {
            if (problem.kind().severity() != Severity.LOSS) {
                continue;
            }
            if (listed < max) {
                mails.add(new RejectedMail(user, problem, leftOut));
                listed++;
            } else {
                others++;
            }
        }
        if (!mails.isEmpty()) {
            byUser.put(user, mails);
        }
    }

    /** The user is tried again: what counts is what comes of that. */
    void forget(String user) {
        List<RejectedMail> mails = byUser.remove(user);
        listed -= mails == null ? 0 : mails.size();
    }

    List<RejectedMail> listed() {
        return byUser.values().stream().flatMap(List::stream).toList();
    }

    long total() {
        return listed + others;
    }
}
