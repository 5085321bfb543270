/**
 * The operating system as Roost needs it: directories and files held by descriptor, so that no symbolic link is ever
 * followed by accident and each mail costs as few system calls as possible. {@link io.roost.posix.Libc} is the only place
 * that names a C function; everybody else uses {@link io.roost.posix.OpenDirectory}, {@link io.roost.posix.OpenFile} and
 * {@link io.roost.posix.FileSystemStatus}. Any package may call it; it depends on none.
 *
 * <p>File names are bytes on Linux, not characters. Throughout Roost such a name is a <em>byte string</em>: a {@code String}
 * whose chars are all below 256 and stand for one byte each (see {@link io.roost.posix.ByteString}).
 */
package io.roost.posix;
