package io.roost.maildir;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.HashSet;
import java.util.Set;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * {@code dovecot-keywords}: what the keyword letters of file names mean.
 *
 * <pre>
 * file = *( index SP name LF )     index 0 to 25 stands for the letters a to z
 * </pre>
 *
 * <p>Lines that do not fit, and names that were there before in whatever case, are ignored. A letter without a name gets
 * {@code unknown-} and its index, with question marks behind it as long as another letter has that name. Source: Dovecot
 * 2.3.19.1's {@code maildir-keywords.c} and a running one.
 */
final class KeywordsFile {
    static final String FILE = "dovecot-keywords";
    /** The letters that a file name has. */
    static final int LETTERS = 26;
    /** Far more than the 26 that mean something. */
    private static final int MAX_LINES = 4096;

    private final String[] names = new String[LETTERS];
    /** Bits of the letters that a line of the file names. */
    private int named;
    private final List<String> ignored = new ArrayList<>();
    private FileStatus status;

    private KeywordsFile() {
    }

    /** Reads the file of a control directory; one that is not there is an empty one. */
    static KeywordsFile read(OpenDirectory directory) throws IOException {
        KeywordsFile keywords = new KeywordsFile();
        try (OpenFile file = directory.openFile(FILE)) {
            keywords.status = file.status();
            if (!keywords.status.isFile()) {
                throw new CorruptFileException(file.path(), 0, "a regular file", "something else");
            }
            keywords.readLines(new LineReader(file));
        } catch (PosixException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
        keywords.nameTheRest();
        return keywords;
    }

    /** One that has no line. */
    static KeywordsFile empty() {
        KeywordsFile keywords = new KeywordsFile();
        keywords.nameTheRest();
        return keywords;
    }

    private void readLines(LineReader lines) throws IOException {
        Set<String> seen = new HashSet<>();
        while (lines.next()) {
            if (lines.number() > MAX_LINES) {
                throw lines.corrupt("at most " + MAX_LINES + " lines");
            }
            String line = lines.text();
            int space = line.indexOf(' ');
            int index = space < 1 || space > 2 ? -1 : index(line, space);
            String name = line.substring(space + 1);
            if (index < 0 || name.isEmpty() || !seen.add(lowerCase(name))) {
                ignored.add(line);
                continue;
            }
            named |= 1 << index;
            names[index] = name;
        }
    }

    private static int index(String line, int space) {
        int index = 0;
        for (int i = 0; i < space; i++) {
            char c = line.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            index = index * 10 + c - '0';
        }
        return index < LETTERS ? index : -1;
    }

    private void nameTheRest() {
        for (int i = 0; i < LETTERS; i++) {
            if (names[i] == null) {
                StringBuilder name = new StringBuilder("unknown-").append(i);
                while (isNamed(name.toString())) {
                    name.append('?');
                }
                names[i] = name.toString();
            }
        }
    }

    /** The keyword of a letter, 0 to 25; a byte string. */
    String name(int letter) {
        return names[letter];
    }

    /** Whether a line of the file names a letter so, in whatever case: then the letters of the file names decide. */
    boolean isNamed(String keyword) {
        for (int i = 0; i < LETTERS; i++) {
            if ((named & 1 << i) != 0 && lowerCase(names[i]).equals(lowerCase(keyword))) {
                return true;
            }
        }
        return false;
    }

    /** A keyword as Dovecot compares it: only ASCII letters have a case. */
    static String lowerCase(String keyword) {
        StringBuilder out = new StringBuilder(keyword);
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                out.setCharAt(i, (char) (c + 'a' - 'A'));
            }
        }
        return out.toString();
    }

    /** Lines without meaning. */
    List<String> ignored() {
        return ignored;
    }

    /** Of the file when it was read, null if it was not there. */
    FileStatus status() {
        return status;
    }
}
