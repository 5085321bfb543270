package io.roost.index;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.roost.posix.FileStatus;
import io.roost.posix.BufferPool;
import io.roost.posix.NewFiles;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Carries a {@link CacheFile} over to a new index of the same mails, so that clients' first look after a migration reads no
 * mail. The file is copied as it is, but for the index id in its header; the new index gets an extension {@code cache} with
 * the reset id of the old one, and each mail's record the offset that the old one had. Only mails whose stored bytes stay the
 * same may have one: cached MIME parts hold byte offsets, and with others Dovecot would serve wrong bytes. Source:
 * index-format reference §4.1.
 */
public final class CacheCarrier {
    private static final int BUFFER = 1 << 20;
    private static final BufferPool BUFFERS = new BufferPool(BUFFER, 4, 64 * 1024);

    private CacheCarrier() {
    }

    /**
     * Copies a cache, if it is still the one meant, also after copying. When this does not return true, or
     * throws, the target has no cache.
     *
     * @param source     directory of the cache
     * @param identity   that it must have
     * @param maxSize    bytes above which it is not copied
     * @param prefix     of both indexes, {@code dovecot.index}
     * @param target     directory of the new index, without a cache yet
     * @param newIndexId index id of the new index
     * @return false if there is nothing to carry
     */
    public static boolean carry(OpenDirectory source, CacheIdentity identity, long maxSize, String prefix, OpenDirectory target,
            long newIndexId, NewFiles files) throws IOException {
        ByteBuffer buffer = BUFFERS.take().order(ByteOrder.LITTLE_ENDIAN);
        try {
            return carry(source, identity, maxSize, prefix + CacheFile.SUFFIX, target, newIndexId, files, buffer);
        } finally {
            BUFFERS.giveBack(buffer);
        }
    }

    private static boolean carry(OpenDirectory source, CacheIdentity identity, long maxSize, String name, OpenDirectory target,
            long newIndexId, NewFiles files, ByteBuffer buffer) throws IOException {
        try (OpenFile in = source.openFile(name)) {
            FileStatus status = in.status();
            if (!status.isFile() || status.size() > maxSize) {
                return false;
            }
            read(buffer, in, 0, status.size());
            if (!CacheFile.belongs(buffer, identity)) {
                return false;
            }
            buffer.putInt(CacheFile.INDEX_ID_OFFSET, (int) newIndexId);
            boolean whole = false;
            try (OpenFile out = files.createFile(target, name)) {
                long at = 0;
                while (buffer.position() > 0) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new InterruptedIOException("interrupted");
                    }
                    at += buffer.position();
                    out.write(buffer.flip());
                    read(buffer, in, at, status.size());
                }
                files.written(out);
                // Whoever finds a cache damaged may mark it so in place.
                whole = at == status.size() && CacheFile.belongs(read(buffer, in, 0, CacheFile.HEADER_SIZE), identity);
                return whole;
            } finally {
                if (!whole) {
                    target.removeFile(name);
                }
            }
        } catch (PosixException e) {
            if (e.isNotFound() && e.path().equals(source.pathOf(name))) {
                return false;
            }
            throw e;
        }
    }

    /** The next piece of a file of this size; its position tells how much there was. */
    private static ByteBuffer read(ByteBuffer buffer, OpenFile in, long at, long size) throws PosixException {
        buffer.clear().limit((int) Math.min(buffer.capacity(), Math.max(0, size - at)));
        in.preadFully(buffer, at);
        return buffer;
    }
}
