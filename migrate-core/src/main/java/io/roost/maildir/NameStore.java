package io.roost.maildir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.roost.posix.ByteString;

/**
 * File names and other short byte strings of one mailbox, back to back in a few large arrays: a million names cost their
 * bytes and nothing more, and growing copies none of them. A name is addressed by the number that {@link #add} returned;
 * its length is kept by whoever asked. Not thread-safe while names are added.
 */
final class NameStore {
    /** 256 KiB: the garbage collector gives arrays of half a megabyte and more whole megabytes. */
    private static final int CHUNK_BITS = 18;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final int FIRST = 2048;
    /** Longest byte string that can be kept: names have at most 255 bytes on Linux, lines of control files may be longer. */
    static final int MAX_LENGTH = 0xffff;

    private final List<byte[]> chunks = new ArrayList<>();
    private byte[] last = new byte[FIRST];
    private int used;

    NameStore() {
        chunks.add(last);
    }

    /** Keeps a copy of some bytes and returns their address. */
    int add(byte[] from, int start, int length) {
        int address = reserve(length);
        System.arraycopy(from, start, last, used - length, length);
        return address;
    }

    /** Keeps a byte string and returns its address. */
    @SuppressWarnings("deprecation")
    int add(String byteString) {
        int length = byteString.length();
        int address = reserve(length);
        // Keeps the low byte of each char: exactly what a byte string is, without an array in between.
        byteString.getBytes(0, length, last, used - length);
        return address;
    }

    /** Keeps a byte string with its length before it, to be read by {@link #text}. */
    int addText(byte[] from, int start, int length) {
        int address = reserve(length + 2);
        int at = used - length - 2;
        last[at] = (byte) (length >>> 8);
        last[at + 1] = (byte) length;
        System.arraycopy(from, start, last, at + 2, length);
        return address;
    }

    /** What {@link #addText} has kept. */
    String text(int address) {
        byte[] chunk = chunk(address);
        int at = position(address);
        int length = (chunk[at] & 0xff) << 8 | chunk[at + 1] & 0xff;
        return ByteString.of(chunk, at + 2, length);
    }

    String get(int address, int length) {
        return ByteString.of(chunk(address), position(address), length);
    }

    /** The array that holds the bytes at {@code address}, from {@link #position} on; must not be modified. */
    byte[] chunk(int address) {
        return chunks.get(address >>> CHUNK_BITS);
    }

    int position(int address) {
        return address & CHUNK - 1;
    }

    private int reserve(int length) {
        if (length > MAX_LENGTH) {
            throw new IllegalArgumentException("longer than " + MAX_LENGTH + " bytes");
        }
        if (used + length > last.length) {
            if (used + length <= CHUNK) {
                last = Arrays.copyOf(last, Math.min(CHUNK, Math.max(last.length * 2, used + length)));
                chunks.set(chunks.size() - 1, last);
            } else {
                if (chunks.size() == 1 << 31 - CHUNK_BITS) {
                    throw new IllegalStateException("more than 2 GiB of file names in one mailbox");
                }
                last = new byte[CHUNK];
                chunks.add(last);
                used = 0;
            }
        }
        int address = chunks.size() - 1 << CHUNK_BITS | used;
        used += length;
        return address;
    }
}
