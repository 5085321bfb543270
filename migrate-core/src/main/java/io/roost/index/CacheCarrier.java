package io.roost.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalLong;

import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * Carries a {@link IndexCache} over to a new index of the same mails, so that clients' first look after a migration opens no
 * mail. The file is copied as it is, but for the index id in its header; the new index gets an extension {@code cache} with
 * the reset id of the old one, and each mail's record the {@link #offset} of the old. Only mails whose stored bytes stay the
 * same may have one: cached MIME parts hold byte offsets, and with others Dovecot would serve wrong bytes. Source:
 * index-format reference §4.1.
 */
public final class CacheCarrier {
    private static final int BUFFER = 1 << 20;

    private CacheCarrier() {
    }

    /**
     * Copies the cache beside an index, if it belongs to it; on disk when this returns.
     *
     * @param source    directory of the old index and its cache
     * @param index     the old index, read before; nobody may be writing it any more
     * @param prefix    of both indexes, {@code dovecot.index}
     * @param target    directory of the new index, without a cache yet
     * @param newIndexId index id of the new index
     * @return the reset id for the new index's extension; empty if there is nothing to carry
     */
    public static OptionalLong carry(OpenDirectory source, MailIndex index, String prefix, OpenDirectory target,
            long newIndexId, Ownership ownership) throws IOException {
        Optional<IndexExtension> extension = extension(index);
        if (extension.isEmpty()) {
            return OptionalLong.empty();
        }
        String name = prefix + IndexCache.SUFFIX;
        try (OpenFile in = source.openFile(name)) {
            FileStatus status = in.status();
            if (!status.isFile()) {
                return OptionalLong.empty();
            }
            ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.max(IndexCache.HEADER_SIZE,
                    Math.min(BUFFER, status.size()))).order(ByteOrder.LITTLE_ENDIAN);
            in.preadFully(buffer, 0);
            int read = buffer.position();
            buffer.position(Math.min(read, IndexCache.HEADER_SIZE));
            if (!IndexCache.belongs(buffer, index, extension.get())) {
                return OptionalLong.empty();
            }
            buffer.putInt(IndexCache.INDEX_ID_OFFSET, (int) newIndexId).position(read);
            try (OpenFile out = ownership.createFile(target, name)) {
                for (long at = 0; buffer.position() > 0;) {
                    at += buffer.position();
                    out.write(buffer.flip());
                    buffer.clear().limit((int) Math.min(buffer.capacity(), Math.max(0, status.size() - at)));
                    in.preadFully(buffer, at);
                }
                out.sync();
            }
            return OptionalLong.of(extension.get().resetId());
        } catch (PosixException e) {
            if (e.isNotFound() && e.path().equals(source.pathOf(name))) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    /** Where the newest cache record of a mail lies, 0 if it has none. */
    public static long offset(MailIndex index, int i) {
        Optional<IndexExtension> extension = extension(index);
        return extension.isPresent() ? index.recordInt(extension.get(), i, 0) & 0xffffffffL : 0;
    }

    private static Optional<IndexExtension> extension(MailIndex index) {
        return index.extension(IndexCache.EXTENSION).filter(e -> e.recordSize() == Integer.BYTES);
    }
}
