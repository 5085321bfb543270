package io.roost.dovecot;

import java.io.IOException;

/**
 * A setting, template or user name that cannot be worked with. The message names the setting, what was found, what was
 * expected and what to do. It is an {@code IOException} because settings come from files, programs and userdbs, and one
 * user's bad setting fails that user as a bad file of theirs would.
 */
public final class InvalidSettingException extends IOException {
    private final String setting;

    /**
     * @param setting  name of the setting, as the administrator knows it
     * @param found    its value, or the part of it that is wrong
     * @param expected what would have been right, as the end of "expected ..."
     * @param advice   what to do, a sentence without full stop
     */
    public InvalidSettingException(String setting, String found, String expected, String advice) {
        super(setting + ": found \"" + printable(found) + "\", expected " + expected + "; " + advice);
        this.setting = setting;
    }

    /** Name of the setting. */
    public String setting() {
        return setting;
    }

    /** At most 200 characters, without control characters: values may come from strangers. */
    static String printable(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (out.length() > 200) {
                return out.append("...").toString();
            }
            char c = text.charAt(i);
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                out.append(String.format("\\x%02x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
