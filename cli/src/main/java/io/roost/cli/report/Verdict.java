package io.roost.cli.report;

import io.roost.cli.screen.Quantity;
import io.roost.engine.Phase;

/**
 * What a run comes to, in a sentence.
 *
 * @param mark     a sign that tells without colour
 * @param style    {@code good}, {@code warn} or {@code bad}
 * @param sentence with a full stop
 * @param more     what follows from it; may be empty
 */
record Verdict(String mark, String style, String sentence, String more) {
    static Verdict of(RunSummary summary) {
        int failed = summary.status().users(Phase.FAILED);
        int total = summary.status().usersTotal();
        int left = total - summary.status().users(Phase.DONE) - failed - summary.status().users(Phase.SKIPPED);
        String leftOut = summary.rejected().stream().anyMatch(RunSummary.RejectedMail::leftOut)
                ? "Some mails were left out, as --skip-unreadable says; they are listed by name." : "";
        if (!summary.run().isEnded()) {
            return new Verdict("▶", "warn", "Running: " + Quantity.count(left, "user is", "users are") + " left.", leftOut);
        }
        String undone = Quantity.count(left, "user was", "users were") + " not reached: the same command goes on with them.";
        if (!summary.run().ending().isEmpty()) {
            return new Verdict("■", failed > 0 ? "bad" : "warn", "Ended early: " + summary.run().ending() + ".",
                    join(failed > 0 ? Quantity.count(failed, "user", "users") + " failed." : "", left > 0 ? undone : "",
                    leftOut));
        }
        if (failed > 0) {
            return new Verdict("✗", "bad", Quantity.count(failed) + " of " + Quantity.count(total, "user", "users")
                    + " failed.",
                    join("They keep their Maildir, unchanged.", left > 0 ? undone : "", leftOut));
        }
        return left > 0 ? new Verdict("■", "warn", "Not complete.", join(undone, leftOut))
                : new Verdict("✓", "good", "Complete: every user is migrated and checked.", leftOut);
    }

    private static String join(String... sentences) {
        StringBuilder all = new StringBuilder();
        for (String sentence : sentences) {
            all.append(all.length() == 0 || sentence.isEmpty() ? "" : " ").append(sentence);
        }
        return all.toString();
    }
}
