package io.roost.cli;

import java.util.List;

import io.roost.checkpoint.MailboxRecord;
import io.roost.checkpoint.UserRecord;

/** Tells what the checkpoint store knows. Either {@link #user} for each and {@link #end}, or {@link #details} once. */
interface StatusOutput {
    void user(UserRecord user);

    void end(String store);

    void details(UserRecord user, List<MailboxRecord> mailboxes, List<String> problems);
}
