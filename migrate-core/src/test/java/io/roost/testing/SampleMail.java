package io.roost.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A mail of a {@link MailboxBuilder}: its bytes, its name and what the control files say about it. Unless told otherwise it
 * lies in {@code cur}, has no flags, has its sizes in its name, and stands in the uidlist with the next UID.
 */
public final class SampleMail {
    final byte[] content;
    String base;
    String flags = "";
    List<String> keywords = List.of();
    long received = -1;
    boolean sizesInName = true;
    boolean inNew;
    boolean info = true;
    boolean listed = true;
    long uid;
    String uidlistFields = "";

    private SampleMail(byte[] content) {
        this.content = content;
    }

    public static SampleMail of(byte[] content) {
        return new SampleMail(content.clone());
    }

    /** @param content a byte string: each character is a byte */
    public static SampleMail of(String content) {
        return new SampleMail(content.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The file name up to sizes and flags; by default made of the received date and a number. */
    public SampleMail base(String value) {
        base = value;
        return this;
    }

    /** Letters after {@code :2,} such as {@code FS}; those of keywords are added. */
    public SampleMail flags(String letters) {
        flags = letters;
        return this;
    }

    public SampleMail keywords(String... names) {
        keywords = List.of(names);
        return this;
    }

    /** Modification time in Unix seconds, of any sign. */
    public SampleMail received(long unixSeconds) {
        received = unixSeconds;
        return this;
    }

    /** No {@code ,S=} and {@code ,W=} in the name. */
    public SampleMail withoutSizes() {
        sizesInName = false;
        return this;
    }

    /** In {@code new}, without {@code :2,}, and not in the uidlist, as delivery agents leave it. */
    public SampleMail delivered() {
        inNew = true;
        info = false;
        listed = false;
        return this;
    }

    /** No {@code :2,} although it lies in {@code cur}. */
    public SampleMail withoutInfo() {
        info = false;
        return this;
    }

    /** Not in the uidlist. */
    public SampleMail unlisted() {
        listed = false;
        return this;
    }

    /** A UID of its own; those after it go on from there. */
    public SampleMail uid(long value) {
        uid = value;
        return this;
    }

    /** A field of the uidlist: {@code G} for the GUID, {@code P} for the POP3 UIDL, {@code O} for the POP3 order. */
    public SampleMail field(char key, String value) {
        uidlistFields += key + value + " ";
        return this;
    }

    /** Bytes with every LF counted as CR LF. */
    public long virtualSize() {
        long size = content.length;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '\n' && (i == 0 || content[i - 1] != '\r')) {
                size++;
            }
        }
        return size;
    }
}
