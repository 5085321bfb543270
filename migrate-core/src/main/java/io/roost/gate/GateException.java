package io.roost.gate;

import java.io.IOException;
import java.util.List;

import io.roost.posix.ByteString;

/** A gate could not be closed, or a user could not be switched, for a reason that an administrator has to look at. */
public final class GateException extends IOException {
    private final boolean lasting;

    public GateException(String message) {
        this(message, null);
    }

    public GateException(String message, Throwable cause) {
        this(message, cause, false);
    }

    private GateException(String message, Throwable cause, boolean lasting) {
        super(message, cause);
        this.lasting = lasting;
    }

    /**
     * The gate keeps nobody out of some services.
     *
     * @param where    which Dovecot
     * @param services such as {@code lmtp}
     */
    static GateException bypassed(String where, String user, List<String> services) {
        String all = String.join(", ", services);
        return new GateException(where + " follows the gate, and does not for " + all + ": user "
                + ByteString.toText(ByteString.ofText(user)) + " is not locked out there. " + remedy(services.get(0)), null, true);
    }

    /** How to make the gate count for a service that has userdbs of its own. */
    public static String remedy(String service) {
        return "Dovecot asks a userdb inside \"protocol " + service + " { }\" before all others: put the gate's userdb block first in there"
                + " too, or take the other one out, and doveadm reload (docs/userdb-gate.md)";
    }

    /** Whether it stays so until the administrator changes the configuration, for all users. */
    public boolean isLasting() {
        return lasting;
    }
}
