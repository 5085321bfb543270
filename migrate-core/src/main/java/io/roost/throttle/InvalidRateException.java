package io.roost.throttle;

import java.io.IOException;

/** A rate or timetable that cannot be understood. The message names what was found and what was expected. */
public final class InvalidRateException extends IOException {
    private static final int SHOWN = 120;

    /**
     * @param what     what it should be, such as "bandwidth"
     * @param found    the text, or the part of it that is wrong
     * @param expected what would have been right, as the end of "expected ..."
     */
    InvalidRateException(String what, String found, String expected) {
        super(what + ": found \"" + printable(found) + "\", expected " + expected);
    }

    private static String printable(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (i == SHOWN) {
                return out.append("...").toString();
            }
            char c = text.charAt(i);
            boolean plain = !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
            out.append(plain ? Character.toString(c) : String.format("\\x%02x", (int) c));
        }
        return out.toString();
    }
}
