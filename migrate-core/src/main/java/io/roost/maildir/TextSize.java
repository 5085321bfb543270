package io.roost.maildir;

import java.nio.ByteBuffer;

/**
 * Counts the physical and virtual size of a mail while its bytes pass by: virtual is with every line feed that has no carriage
 * return before it counted as two. Not thread-safe.
 */
public final class TextSize {
    private long physical;
    private long bareLineFeeds;
    private boolean lastWasCr;

    public void reset() {
        physical = 0;
        bareLineFeeds = 0;
        lastWasCr = false;
    }

    public void add(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return;
        }
        int end = offset + length;
        long bare = bytes[offset] == '\n' && !lastWasCr ? 1 : 0;
        // One comparison a byte: what is before a line feed is looked at only there.
        for (int i = offset + 1; i < end; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] != '\r') {
                bare++;
            }
        }
        bareLineFeeds += bare;
        lastWasCr = bytes[end - 1] == '\r';
        physical += length;
    }

    /** Bytes seen. */
    public long physical() {
        return physical;
    }

    /** Bytes seen, with bare line feeds counted as two. */
    public long virtual() {
        return physical + bareLineFeeds;
    }

    /** The sizes of what remains in a buffer, which is left as it is. */
    public static TextSize of(ByteBuffer text) {
        TextSize size = new TextSize();
        byte[] bytes = new byte[text.remaining()];
        text.duplicate().get(bytes);
        size.add(bytes, 0, bytes.length);
        return size;
    }
}
