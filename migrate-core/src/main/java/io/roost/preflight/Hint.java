package io.roost.preflight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.roost.dovecot.DovecotSettings;

/**
 * A piece of configuration that mends something.
 *
 * @param file where it belongs, such as {@link #DOVECOT}
 * @param text one or more lines, without the last line's end
 */
public record Hint(String file, String text) {
    public static final String DOVECOT = "dovecot.conf";
    public static final String FSTAB = "/etc/fstab";
    public static final String SHELL = "commands";

    /** Lines of {@code dovecot.conf}. */
    public static Hint dovecot(String text) {
        return new Hint(DOVECOT, text);
    }

    /** A setting in {@code protocol} blocks. */
    public static String inProtocols(Collection<String> protocols, String setting) {
        return String.join("\n", protocols.stream().map(protocol -> "protocol " + protocol + " {\n  " + setting + "\n}").toList());
    }

    /** Loads a plugin for all, also where a protocol has a list of its own. */
    public static Hint plugin(DovecotSettings settings, String plugin) {
        List<String> lines = new ArrayList<>();
        String setting = "mail_plugins = $mail_plugins " + plugin;
        if (!hasWord(settings.get("mail_plugins"), plugin)) {
            lines.add(setting);
        }
        List<String> protocols = settings.overrides("mail_plugins").entrySet().stream()
                .filter(override -> !hasWord(override.getValue(), plugin)).map(Map.Entry::getKey).toList();
        if (!protocols.isEmpty()) {
            lines.add(inProtocols(protocols, setting));
        }
        return dovecot(String.join("\n", lines));
    }

    private static boolean hasWord(String list, String word) {
        return Arrays.asList(list.split("[ ,\t]+")).contains(word);
    }
}
