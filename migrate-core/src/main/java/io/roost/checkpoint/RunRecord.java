package io.roost.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the store knows of its last run over users. Times are Unix milliseconds.
 *
 * <p>Format, big-endian: u8 version 1, u64 started, u64 ended, u32 left, u32 number of settings, each as name and value, u32
 * number of arguments, each; texts as u32 length and UTF-8 bytes.
 *
 * @param started   when it began
 * @param ended     when it ended, 0 if it is running or was killed
 * @param left      users that were neither done nor failed at its end
 * @param settings  what decides about the result, by name, for comparing runs
 * @param arguments the command line without users and state directory, for going on
 */
public record RunRecord(long started, long ended, int left, Map<String, String> settings, List<String> arguments) {
    private static final byte VERSION = 1;
    private static final int MAX_TEXTS = 10_000;

    public RunRecord {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        arguments = List.copyOf(arguments);
    }

    /** Whether it was stopped or killed before its last user. */
    public boolean isUnfinished() {
        return ended == 0 || left > 0;
    }

    public RunRecord ended(long now, int usersLeft) {
        return new RunRecord(started, now, usersLeft, settings, arguments);
    }

    byte[] write() {
        List<byte[]> texts = new ArrayList<>();
        settings.forEach((name, value) -> {
            texts.add(UserRecord.utf8(name));
            texts.add(UserRecord.utf8(value));
        });
        arguments.forEach(argument -> texts.add(UserRecord.utf8(argument)));
        int size = 1 + 8 + 8 + 4 + 4 + 4 + texts.stream().mapToInt(text -> 4 + text.length).sum();
        ByteBuffer out = ByteBuffer.allocate(size).put(VERSION).putLong(started).putLong(ended).putInt(left);
        out.putInt(settings.size());
        for (int i = 0; i < 2 * settings.size(); i++) {
            out.putInt(texts.get(i).length).put(texts.get(i));
        }
        out.putInt(arguments.size());
        for (int i = 2 * settings.size(); i < texts.size(); i++) {
            out.putInt(texts.get(i).length).put(texts.get(i));
        }
        return out.array();
    }

    static RunRecord read(ByteBuffer in) {
        byte version = in.remaining() < 29 ? 0 : in.get();
        if (version != VERSION) {
            throw new CheckpointException("a run record of version " + version + ", expected " + VERSION
                    + ": the store was written by another version of Roost, or is damaged");
        }
        long started = in.getLong();
        long ended = in.getLong();
        int left = in.getInt();
        Map<String, String> settings = new LinkedHashMap<>();
        for (int n = count(in); n > 0; n--) {
            String name = text(in);
            settings.put(name, text(in));
        }
        List<String> arguments = new ArrayList<>();
        for (int n = count(in); n > 0; n--) {
            arguments.add(text(in));
        }
        return new RunRecord(started, ended, left, settings, arguments);
    }

    private static int count(ByteBuffer in) {
        int count = in.remaining() < 4 ? -1 : in.getInt();
        if (count < 0 || count > MAX_TEXTS) {
            throw new CheckpointException("a run record with " + count + " texts, expected 0 to " + MAX_TEXTS
                    + ": the store is damaged");
        }
        return count;
    }

    private static String text(ByteBuffer in) {
        int length = in.remaining() < 4 ? -1 : in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new CheckpointException("a run record that ends within a text: the store is damaged");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
