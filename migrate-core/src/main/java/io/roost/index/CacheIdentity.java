package io.roost.index;

/**
 * Which cache file belongs to an index: both numbers stand in the headers of both.
 *
 * @param indexId of the index, 0 to 2^32-1
 * @param resetId sequence number of the cache file, which is the reset id of the index's extension {@code cache}
 */
public record CacheIdentity(long indexId, long resetId) {
}
