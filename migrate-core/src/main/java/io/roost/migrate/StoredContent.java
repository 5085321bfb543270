package io.roost.migrate;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

import io.roost.mdbox.DboxMessageHeader;
import io.roost.mdbox.MailFileWriter;
import io.roost.mdbox.Placement;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Compares mails with what is stored already, byte by byte. Asked only for mails whose GUID is stored already: copies that a
 * user has made, mostly. Not thread-safe.
 */
final class StoredContent implements Closeable {
    private static final int CHUNK = 256 * 1024;

    private final OpenDirectory storage;
    /** Both made when first needed: most users have no copies. */
    private ByteBuffer stored;
    private ByteBuffer mail;
    /** The data file looked at last: copies of neighbours are neighbours. */
    private OpenFile file;
    private int fileId;

    StoredContent(OpenDirectory storage) {
        this.storage = storage;
    }

    /** The bytes of a mail, one piece after the other. */
    @FunctionalInterface
    interface Pieces {
        /** Fills the buffer from the mail's offset on, as far as the mail goes. */
        void fill(ByteBuffer buffer, long offset) throws IOException;
    }

    /**
     * Whether the data of a record, which must be written out, is the mail's.
     *
     * @param size of the mail, bytes as stored
     */
    boolean isSame(Placement record, long size, Pieces pieces) throws IOException {
        open(record.fileId());
        ByteBuffer header = stored.clear().limit(DboxMessageHeader.SIZE);
        file.preadFully(header, record.offset());
        if (DboxMessageHeader.read(header.flip(), file.path(), record.offset()).dataSize() != size) {
            return false;
        }
        long start = record.offset() + DboxMessageHeader.SIZE;
        for (long at = 0; at < size; at += CHUNK) {
            int n = (int) Math.min(CHUNK, size - at);
            file.preadFully(stored.clear().limit(n), start + at);
            pieces.fill(mail.clear().limit(n), at);
            if (stored.flip().limit() != n || mail.flip().limit() != n || !stored.equals(mail)) {
                return false;
            }
        }
        return true;
    }

    private void open(int id) throws PosixException {
        if (stored == null) {
            stored = ByteBuffer.allocateDirect(CHUNK);
            mail = ByteBuffer.allocateDirect(CHUNK);
        }
        if (id != fileId) {
            close();
            file = storage.openFile(MailFileWriter.fileName(id));
            fileId = id;
        }
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
            file = null;
            fileId = 0;
        }
    }
}
