package io.roost.cli.screen;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What is at the other end.
 *
 * @param outTerminal whether standard output is a terminal
 * @param errTerminal whether standard error is a terminal that understands how to clear a line
 * @param charset     what it shows
 * @param width       columns, at least 40
 * @param noColour    whether the environment asks for no colours
 */
public record Terminal(boolean outTerminal, boolean errTerminal, Charset charset, int width, boolean noColour) {
    /** Whether whole screens can be drawn, and keys be read. */
    boolean interactive() {
        return outTerminal && errTerminal && isTerminal(0);
    }

    /** As found from the environment and the process's descriptors. */
    static Terminal find(Map<String, String> env) {
        boolean dumb = env.getOrDefault("TERM", "dumb").equals("dumb");
        boolean out = isTerminal(1);
        boolean err = isTerminal(2);
        return new Terminal(out, err && !dumb, charset(env), width(env, out || err),
                dumb || !env.getOrDefault("NO_COLOR", "").isEmpty());
    }

    private static boolean isTerminal(int fd) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** {@code ROOST_CHARSET} if the launcher had to change the locale, else the locale's. */
    private static Charset charset(Map<String, String> env) {
        String name = env.getOrDefault("ROOST_CHARSET", System.getProperty("native.encoding", "UTF-8"));
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.US_ASCII;
        }
    }

    private static int width(Map<String, String> env, boolean terminal) {
        String columns = env.getOrDefault("COLUMNS", "");
        if (!columns.matches("[0-9]{1,4}")) {
            columns = terminal ? askStty() : "";
        }
        return columns.matches("[0-9]{1,4}") && Integer.parseInt(columns) > 0 ? Math.max(40, Integer.parseInt(columns)) : 80;
    }

    /** Shells do not export COLUMNS; {@code stty size} prints rows and columns. */
    private static String askStty() {
        try {
            Process stty = new ProcessBuilder("stty", "size").redirectInput(Path.of("/dev/tty").toFile()).start();
            String[] size = new String(stty.getInputStream().readNBytes(100), StandardCharsets.US_ASCII).trim().split(" ");
            return size.length == 2 ? size[1] : "";
        } catch (IOException e) {
            return "";
        }
    }
}
