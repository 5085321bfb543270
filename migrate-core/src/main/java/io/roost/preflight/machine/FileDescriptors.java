package io.roost.preflight.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;

/** How many files this process may have open, from {@code /proc/self/limits}. */
public final class FileDescriptors implements Check {
    private static final Pattern LINE = Pattern.compile("(?m)^Max open files +([0-9]+|unlimited) +([0-9]+|unlimited)");
    /** Each user under way holds a directory for each mailbox, and readers and data files beside. */
    private static final long LEAST = 4096;

    @Override
    public List<String> ids() {
        return List.of("file-descriptors");
    }

    @Override
    public List<Finding> look(Backend backend) throws IOException {
        Question question = new Question("file-descriptors", "limit of open files of this process", LEAST + " or more",
                "a user with many mailboxes needs one or two for each");
        Matcher m = LINE.matcher(Files.readString(backend.root().resolve("proc/self/limits")));
        if (!m.find()) {
            return List.of(question.unknown("/proc/self/limits does not tell", "look at ulimit -n"));
        }
        boolean enough = m.group(1).equals("unlimited") || Long.parseLong(m.group(1)) >= LEAST;
        return List.of(enough ? question.ok(m.group(1)) : question.advice(m.group(1),
                "ulimit -n 65536, or LimitNOFILE=65536 in the unit"));
    }
}
