package io.roost.gate;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** Takes the steps that another takes; whoever wants to be told of one overrides it. */
public class ForwardingUserdbSwitch implements UserdbSwitch {
    private final UserdbSwitch userdb;

    public ForwardingUserdbSwitch(UserdbSwitch userdb) {
        this.userdb = userdb;
    }

    @Override
    public void check(MailChange change) throws IOException {
        userdb.check(change);
    }

    @Override
    public Optional<String> field(String user) throws IOException {
        return userdb.field(user);
    }

    @Override
    public Instant apply(MailChange change) throws IOException {
        return userdb.apply(change);
    }

    @Override
    public Instant revert(MailChange change, Optional<String> before) throws IOException {
        return userdb.revert(change, before);
    }
}
