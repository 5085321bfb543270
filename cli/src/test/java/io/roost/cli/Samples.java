package io.roost.cli;

import java.util.List;
import java.util.Optional;

import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.MailLocation;
import io.roost.maildir.SourceProblem;
import io.roost.migrate.Account;
import io.roost.migrate.Plan;
import io.roost.migrate.Result;
import io.roost.posix.FileSystemStatus;

/** Results of the pipeline as tests of their presentation want them. */
final class Samples {
    private Samples() {
    }

    static Account account() {
        try {
            return new Account("anna", "/mail/anna", -1, -1, MailLocation.parse("maildir:~/Maildir", "/mail/anna"),
                    MailLocation.parse("mdbox:~/mdbox", "/mail/anna"));
        } catch (InvalidSettingException e) {
            throw new AssertionError(e);
        }
    }

    static SourceProblem problem(SourceProblem.Kind kind, String file) {
        return new SourceProblem(kind, "INBOX", "/mail/anna/Maildir/" + file, "found so and so");
    }

    static Plan plan(List<SourceProblem> problems, List<String> obstacles, Optional<FileSystemStatus> space) {
        return new Plan("anna", "/mail/anna/Maildir", "/mail/anna/mdbox", List.of(
                new Plan.Mailbox("INBOX", 1_200, 5_000_000, 17, 2, 1_500_000_000L, 1_300, List.of("$Forwarded", "Work"), true),
                new Plan.Mailbox("日本語/会議", 3, 1_000, 0, 0, 0, 4, List.of(), false)),
                2, 5_100_000, 60_000, 21, space, new Plan.Estimate(2.4, 7.1, 200, 900_000, 350), problems, obstacles);
    }

    static FileSystemStatus nfs() {
        return new FileSystemStatus(0x6969, 100L << 20, 1L << 40, 1_000, 5_000);
    }

    static Result result(List<SourceProblem> skipped, List<SourceProblem> notes) {
        return new Result(2, 1_203, 5_001_000, 1_203, 3, 1, 2, skipped, notes, 2_000, false);
    }
}
