package io.roost.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;

/**
 * Header data of the extension {@code keywords}: the names of the keywords. Bit {@code i} of a record's field (byte
 * {@code i/8}, bit {@code i%8} from the least significant) says that the mail has keyword {@code i}.
 *
 * <pre>
 * u32 count
 * count times: u32 0, u32 offset of the name from the first name
 * count names, each ended by NUL, back to back
 * zeros: spare room, at least none
 * </pre>
 *
 * Little-endian. Names are byte strings, never empty. Source: index-format reference §1.4.
 */
final class KeywordsHeader {
    static final String NAME = "keywords";
    private static final int ENTRY = 8;

    private KeywordsHeader() {
    }

    /** @return the names in the order of their bits, changeable */
    static List<String> read(byte[] header, String file) throws CorruptFileException {
        List<String> names = new ArrayList<>();
        if (header.length == 0) {
            return names;
        }
        ByteBuffer in = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        long count = header.length < 4 ? 0 : in.getInt() & 0xffffffffL;
        if (header.length < 4 || count * ENTRY > in.remaining()) {
            throw new CorruptFileException(file, 0, "a keywords header that holds its names", count + " keywords in "
                    + header.length + " bytes");
        }
        int first = 4 + (int) count * ENTRY;
        for (int i = 0; i < count; i++) {
            long start = first + (in.getInt(4 + i * ENTRY + 4) & 0xffffffffL);
            long end = start;
            while (end < header.length && header[(int) end] != 0) {
                end++;
            }
            if (end >= header.length || end == start) {
                throw new CorruptFileException(file, 0, "a name for keyword " + i, "none at " + start
                        + " of the keywords header");
            }
            names.add(ByteString.of(header, (int) start, (int) (end - start)));
        }
        return names;
    }

    /** The header data for these names, a multiple of four long. */
    static byte[] write(List<String> names) {
        int size = 4 + names.size() * ENTRY;
        for (String name : names) {
            size += name.length() + 1;
        }
        ByteBuffer out = ByteBuffer.allocate(size + 3 & ~3).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(names.size());
        int offset = 0;
        for (String name : names) {
            out.putInt(0).putInt(offset);
            offset += name.length() + 1;
        }
        for (String name : names) {
            out.put(ByteString.toBytes(name)).put((byte) 0);
        }
        return out.array();
    }

    /** Bytes of the field in a record for so many keywords. */
    static int fieldSize(int keywords) {
        return (keywords + 7) / 8;
    }
}
