package io.roost.maildir;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * {@code courierimapkeywords/} in a mailbox that Courier serves: which mail has which keywords.
 *
 * <pre>
 * file ":list"       = *( keyword LF ) LF *( base ":" [ index *( SP index ) ] LF )   index: line of the keyword, from 0
 * file "." n "." base = *( keyword LF )      a change of one mail's keywords; of several the highest n counts
 * file base           = *( keyword LF )      the same, and counts before those with a number
 * </pre>
 *
 * <p>Changes come in place of what the list says. Source: Courier's {@code maildirkeywords.c}.
 */
final class CourierKeywords {
    static final String DIRECTORY = "courierimapkeywords";
    private static final String LIST = ":list";
    /** Courier itself allows far fewer. */
    private static final int MAX_KEYWORDS = 4096;

    private final Map<Integer, Set<String>> keywords = new HashMap<>();
    private final List<String> names = new ArrayList<>();

    /** Reads the directory, if there is one. */
    static Optional<CourierKeywords> read(OpenDirectory mailbox, MailFiles files) throws IOException {
        try (OpenDirectory directory = mailbox.openDirectory(DIRECTORY)) {
            CourierKeywords keywords = new CourierKeywords();
            keywords.readList(directory, files);
            keywords.readChanges(directory, files);
            return Optional.of(keywords);
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void readList(OpenDirectory directory, MailFiles files) throws IOException {
        try (OpenFile file = openFile(directory, LIST)) {
            LineReader lines = new LineReader(file);
            while (lines.next() && lines.end() > lines.start()) {
                if (names.size() == MAX_KEYWORDS) {
                    throw lines.corrupt("at most " + MAX_KEYWORDS + " keywords");
                }
                names.add(lines.text());
            }
            while (lines.next()) {
                readMail(lines, files);
            }
        } catch (PosixException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    private void readMail(LineReader lines, MailFiles files) throws CorruptFileException {
        String line = lines.text();
        int colon = line.lastIndexOf(':');
        if (colon < 1) {
            throw lines.corrupt("a base name and a colon");
        }
        Set<String> set = new LinkedHashSet<>();
        for (String index : line.substring(colon + 1).split(" ")) {
            if (!index.isEmpty()) {
                if (index.length() > 5 || !index.chars().allMatch(c -> c >= '0' && c <= '9')
                        || Integer.parseInt(index) >= names.size()) {
                    throw lines.corrupt("numbers of keywords below " + names.size());
                }
                set.add(names.get(Integer.parseInt(index)));
            }
        }
        put(files.find(MailFileName.base(line.substring(0, colon))), set);
    }

    private void readChanges(OpenDirectory directory, MailFiles files) throws IOException {
        Map<String, Long> latest = new HashMap<>();
        Map<String, String> changes = new HashMap<>();
        directory.list((name, kind) -> {
            int dot = name.indexOf('.', 1);
            boolean numbered = name.charAt(0) == '.' && dot > 1;
            String base = numbered ? name.substring(dot + 1) : name;
            long number = numbered ? number(name.substring(1, dot)) : Long.MAX_VALUE;
            boolean mayBe = kind == FileStatus.Kind.FILE || kind == FileStatus.Kind.UNKNOWN;
            if (mayBe && number >= 0 && !base.startsWith(".") && files.find(base) >= 0
                    && latest.getOrDefault(base, -1L) < number) {
                latest.put(base, number);
                changes.put(base, name);
            }
        });
        for (Map.Entry<String, String> change : changes.entrySet()) {
            readChange(directory, change.getValue(), files.find(change.getKey()));
        }
    }

    private void readChange(OpenDirectory directory, String name, int file) throws IOException {
        try (OpenFile open = openFile(directory, name)) {
            Set<String> set = new LinkedHashSet<>();
            LineReader lines = new LineReader(open);
            while (lines.next() && set.size() < MAX_KEYWORDS) {
                if (lines.end() > lines.start()) {
                    set.add(lines.text());
                }
            }
            put(file, set);
        } catch (PosixException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    private static OpenFile openFile(OpenDirectory directory, String name) throws IOException {
        OpenFile file = directory.openFile(name);
        try {
            if (file.status().isFile()) {
                return file;
            }
        } catch (PosixException | RuntimeException e) {
            file.close();
            throw e;
        }
        file.close();
        throw new CorruptFileException(directory.pathOf(name), 0, "a regular file", "something else");
    }

    private static long number(String digits) {
        return digits.length() <= 18 && digits.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(digits) : -1;
    }

    private void put(int file, Set<String> set) {
        if (file >= 0) {
            keywords.put(file, set);
        }
    }

    /** Names of a file's keywords, byte strings. */
    Set<String> of(int file) {
        return keywords.getOrDefault(file, Set.of());
    }
}
