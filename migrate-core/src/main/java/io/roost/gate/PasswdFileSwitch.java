package io.roost.gate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import io.roost.dovecot.Variables;
import io.roost.posix.ByteString;

/**
 * A userdb that is a passwd-file: the user's {@code userdb_mail} is changed, and no other byte of the file but what
 * {@link PasswdLine} says of short lines. The layout is described there and at {@link RewrittenFile}, by which the file is
 * replaced. Changes that several threads want at the same time are made in one rewrite.
 */
public final class PasswdFileSwitch implements UserdbSwitch {
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(60);

    private final String file;
    private final String usernameFormat;
    private final Clock clock;
    private final Map<String, OneFile> files = new ConcurrentHashMap<>();

    private static final class Content {
        private byte[] bytes;

        Content(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    private record OneFile(RewrittenFile file, GroupedChanges<Content> changes) {
        static OneFile of(String path) {
            RewrittenFile file = new RewrittenFile(path, LOCK_PATIENCE);
            return new OneFile(file, new GroupedChanges<>(edit -> file.rewrite(old -> {
                Content content = new Content(old);
                edit.apply(content);
                return content.bytes;
            })));
        }
    }

    /** Where a user's line is: from its first byte to its LF or the end. */
    private record Place(int start, int end, PasswdLine line) { }

    /**
     * @param file           as in the userdb's {@code args}; variables of the user's name may stand in it
     * @param usernameFormat {@code username_format} in the same {@code args}, {@code %u} if there is none
     */
    public PasswdFileSwitch(String file, String usernameFormat, Clock clock) {
        this.file = file;
        this.usernameFormat = usernameFormat;
        this.clock = clock;
    }

    @Override
    public void check(MailChange change) throws IOException {
        PasswdFileName.check(change.user());
        PasswdLine.value(change.to());
        find(of(change.user()).file().read(), change.user());
    }

    @Override
    public Optional<String> field(String user) throws IOException {
        return find(of(user).file().read(), user).line().mail();
    }

    @Override
    public boolean isLookedAtOnceASecond() {
        return true;
    }

    @Override
    public Instant apply(MailChange change) throws IOException {
        PasswdFileName.check(change.user());
        return set(change.user(), Optional.of(PasswdLine.value(change.to())));
    }

    @Override
    public Instant revert(MailChange change, Optional<String> before) throws IOException {
        PasswdFileName.check(change.user());
        if (before.isPresent() && before.get().chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            // it came from such a file once, but through other hands
            PasswdLine.value(before.get());
        }
        return set(change.user(), before);
    }

    private Instant set(String user, Optional<String> value) throws IOException {
        of(user).changes().make(content -> {
            Place place = find(content.bytes, user);
            if (!place.line().mail().equals(value)) {
                byte[] line = ByteString.toBytes(place.line().withMail(value).text());
                ByteArrayOutputStream out = new ByteArrayOutputStream(content.bytes.length + line.length);
                out.write(content.bytes, 0, place.start());
                out.writeBytes(line);
                out.write(content.bytes, place.end(), content.bytes.length - place.end());
                content.bytes = out.toByteArray();
            }
        });
        // A look at the old file in this second would do for the rest of it, see RewrittenFile. If nothing was to be changed, a run
        // that was killed may have changed it just now.
        return Instant.ofEpochSecond(clock.instant().getEpochSecond() + 1);
    }

    private OneFile of(String user) throws IOException {
        byte[] path = ByteString.toBytes(Variables.ofUser(user).expand(file));
        return files.computeIfAbsent(new String(path, StandardCharsets.UTF_8), OneFile::of);
    }

    /** Dovecot takes the first line of a user, and logs an error about the second. */
    private Place find(byte[] content, String user) throws IOException {
        String name = Variables.ofUser(user).expand(usernameFormat);
        byte[] wanted = ByteString.toBytes(PasswdFileName.escaped(name));
        for (int at = 0; at < content.length;) {
            int end = at;
            while (end < content.length && content[end] != '\n') {
                end++;
            }
            if (startsWith(content, at, end, wanted)) {
                int start = at;
                int stop = end;
                return PasswdLine.parse(ByteString.of(content, at, end - at)).map(line -> new Place(start, stop, line))
                        .orElseThrow(() -> new GateException("the line of user " + ByteString.toText(name) + " in " + file
                                + " has no uid and gid fields, so that it is no userdb entry: give it all seven fields"));
            }
            at = end + 1;
        }
        throw new GateException("user " + ByteString.toText(name) + " is not in " + file
                + ", so that they cannot be switched there: is it the right file, or has the userdb a username_format?");
    }

    private static boolean startsWith(byte[] content, int start, int end, byte[] name) {
        if (end - start <= name.length || content[start + name.length] != ':') {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (content[start + i] != name[i]) {
                return false;
            }
        }
        return true;
    }
}
