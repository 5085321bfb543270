package io.roost.gate;

import java.io.IOException;

/** A gate could not be closed, or a user could not be switched, for a reason that an administrator has to look at. */
public final class GateException extends IOException {
    public GateException(String message) {
        super(message);
    }

    public GateException(String message, Throwable cause) {
        super(message, cause);
    }
}
