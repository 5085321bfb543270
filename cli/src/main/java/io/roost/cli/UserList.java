package io.roost.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.UserNames;

/**
 * A file of user names:
 *
 * <pre>
 *   file = *( line LF )
 *   line = name / *WSP / "#" *CHAR
 * </pre>
 *
 * UTF-8; a CR before the LF is dropped. Every malformed name is told with its line, not only the first.
 */
final class UserList {
    /** Longer ones are no names; the file may be anything. */
    private static final int MAX_LINE = 4096;
    private static final int MAX_TOLD = 20;

    private final List<String> malformed = new ArrayList<>();
    private int malformedCount;

    /** Adds the names of a file. @param name {@code -} for standard input */
    void read(String option, String name, InputStream standardInput, Set<String> names) throws CommandException {
        try (BufferedReader in = open(option, name, standardInput)) {
            int number = 0;
            for (String line; (line = readLine(in)) != null;) {
                number++;
                String text = number == 1 && line.startsWith("\ufeff") ? line.substring(1) : line;
                if (!text.isBlank() && !text.startsWith("#")) {
                    add(text, (name.equals("-") ? "standard input" : name) + ":" + number, names);
                }
            }
        } catch (CharacterCodingException e) {
            throw CommandException.usage(option + " " + name + ": expected UTF-8, found other bytes; convert the file, for example with "
                    + "iconv -f latin1 -t utf-8");
        } catch (IOException e) {
            throw CommandException.usage(option + ": " + name + " cannot be read: " + e.getMessage());
        }
    }

    /** Adds a name from elsewhere. @param where for the message, such as {@code argument 3} */
    void add(String name, String where, Set<String> names) {
        try {
            names.add(UserNames.check(name));
        } catch (InvalidSettingException e) {
            malformedCount++;
            if (malformed.size() < MAX_TOLD) {
                malformed.add(where + ": " + e.getMessage());
            }
        }
    }

    /** @throws CommandException naming what is malformed, if anything is */
    void requireWellFormed() throws CommandException {
        if (malformedCount > 0) {
            throw CommandException.usage("nothing was begun: " + (malformedCount == 1 ? "a name is" : malformedCount + " names are")
                    + " malformed: " + String.join("; ", malformed)
                    + (malformedCount > malformed.size() ? "; and " + (malformedCount - malformed.size()) + " more" : ""));
        }
    }

    private static BufferedReader open(String option, String name, InputStream standardInput) throws CommandException, IOException {
        InputStream in;
        try {
            in = name.equals("-") ? standardInput : Files.newInputStream(Path.of(name));
        } catch (InvalidPathException | NoSuchFileException e) {
            throw CommandException.usage(option + ": there is no file " + name);
        } catch (AccessDeniedException e) {
            throw CommandException.usage(option + ": " + name + " may not be read");
        } catch (IOException e) {
            throw CommandException.usage(option + ": " + name + " cannot be read: " + e.getMessage());
        }
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT)), 1 << 16);
    }

    /** A line without its end; what is too long for a name comes shortened, and is refused as one. */
    private static String readLine(BufferedReader in) throws IOException {
        StringBuilder line = new StringBuilder();
        int c;
        while ((c = in.read()) >= 0 && c != '\n') {
            if (line.length() < MAX_LINE) {
                line.append((char) c);
            }
        }
        if (c < 0 && line.isEmpty()) {
            return null;
        }
        if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
            line.setLength(line.length() - 1);
        }
        return line.toString();
    }
}
