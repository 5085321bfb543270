package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import io.roost.checkpoint.UserState;
import io.roost.cli.screen.CapturedScreen;
import io.roost.migrate.Event;

class ProgressLinesTest {
    private long now = 77;

    @Test
    void aLineForEachStepAndOneEveryTenSeconds() {
        CapturedScreen captured = CapturedScreen.plain();
        ProgressLines lines = new ProgressLines(captured.screen(), () -> now);
        lines.event(new Event.Started("anna", "/a", "/b", 12));
        lines.event(new Event.Scanned("anna", 1, 2_000, 4 << 20));
        for (int i = 0; i <= 20; i++) {
            lines.event(new Event.Copying("anna", i * 100, 2_000, i << 20, 20 << 20));
            now += 1_000_000_000L;
        }
        lines.event(new Event.Reached("anna", UserState.COPIED));
        lines.event(new Event.Verifying("anna", 10, 2_000));
        lines.event(new Event.SourceChanged("anna", 1));
        lines.event(new Event.Reached("anna", UserState.PUBLISHED));
        assertEquals("""
                anna: goes on: 12 mails were placed by an earlier run
                anna: 1 mailbox, 2,000 mails, 4.0 MiB
                anna: copied 1,000 of 2,000 mails (50 %), 100 mails/s, 1.0 MiB/s, 10 s left
                anna: copied 2,000 of 2,000 mails (100 %), 100 mails/s, 1.0 MiB/s, 1 s left
                anna: all mails are copied
                anna: the Maildir changed meanwhile; taking in what is new (attempt 1)
                anna: published
                """, captured.err());
        assertEquals("", captured.out());
    }
}
