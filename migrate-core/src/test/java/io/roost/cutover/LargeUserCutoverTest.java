package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Locale;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cutover.CutoverSettings.Mode;
import io.roost.testing.DirectorCluster;
import io.roost.testing.LmtpClient;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/** How long a user of many mails is locked out who was prepared before. */
@RequiresDovecot
@Requires(Requires.Ability.ROOT)
@Tag("soak")
@Timeout(600)
class LargeUserCutoverTest {
    @TempDir
    Path temp;

    @Test
    void twentyThousandMailsOfWhichFiftyAreNew() throws Exception {
        try (DirectorCluster cluster = DirectorCluster.with().users("anna").start();
                CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
            MaildirBuilder maildir = MaildirBuilder.in(cluster.home("anna").resolve("Maildir"));
            for (int i = 0; i < 20_000; i++) {
                maildir.mailbox("INBOX").add(SampleMail.of("Subject: mail " + i + "\n\n" + "text ".repeat(50) + "\n"));
            }
            maildir.write();
            cluster.own(cluster.home("anna"));
            bench.run("anna", Mode.PREPARE);
            try (LmtpClient lmtp = cluster.lmtp()) {
                for (int i = 0; i < 50; i++) {
                    lmtp.deliver("anna", "Subject: new " + i + "\n\nx\n");
                }
            }
            StringBuilder steps = new StringBuilder();
            long[] last = {System.nanoTime()};
            bench.onReached = state -> {
                long now = System.nanoTime();
                steps.append(state.name().toLowerCase(Locale.ROOT)).append(' ').append((now - last[0]) / 1_000_000).append(" ms, ");
                last[0] = now;
            };
            bench.run("anna", Mode.CUT_OVER);
            assertEquals(20_050, ShownMails.of(CutoverBench.here(cluster), "anna").size());
            System.err.println("20,000 mails, 50 new: " + steps + bench.cutovers());
        }
    }
}
