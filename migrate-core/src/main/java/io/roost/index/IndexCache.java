package io.roost.index;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

import io.roost.posix.OpenDirectory;

/** The {@link CacheFile} beside an index, with mails addressed by their position in the index. Not thread-safe. */
public final class IndexCache implements Closeable {
    private static final String EXTENSION = "cache";

    private final CacheFile file;
    private final CacheIdentity identity;
    private final MailIndex index;
    private final IndexExtension extension;

    private IndexCache(CacheFile file, CacheIdentity identity, MailIndex index, IndexExtension extension) {
        this.file = file;
        this.identity = identity;
        this.index = index;
        this.extension = extension;
    }

    /**
     * Opens the cache beside an index.
     *
     * @param prefix {@code dovecot.index}
     * @param index  read from the same directory, before
     * @return empty if there is none, or none that belongs to this state of the index
     */
    public static Optional<IndexCache> open(OpenDirectory dir, String prefix, MailIndex index) throws IOException {
        Optional<IndexExtension> extension = index.extension(EXTENSION).filter(e -> e.recordSize() == Integer.BYTES);
        if (extension.isEmpty()) {
            return Optional.empty();
        }
        CacheIdentity identity = new CacheIdentity(index.header().indexId(), extension.get().resetId());
        return CacheFile.open(dir, prefix, identity).map(file -> new IndexCache(file, identity, index, extension.get()));
    }

    /** By which the same cache can be opened again. */
    public CacheIdentity identity() {
        return identity;
    }

    /** Offset of a mail's newest record, 0 if it has none. */
    public long record(int i) {
        return index.recordInt(extension, i, 0) & 0xffffffffL;
    }

    /** As {@link CacheFile#number}, of the mail at a position in the index. */
    public OptionalLong date(int i, String name) throws IOException {
        return file.number(record(i), name);
    }

    /** As {@link CacheFile#bytes}, of the mail at a position in the index. */
    public byte[] field(int i, String name) throws IOException {
        return file.bytes(record(i), name);
    }

    @Override
    public void close() {
        file.close();
    }
}
