/**
 * What {@code roost demo} needs beside the commands themselves: a sample Maildir, and a Dovecot of its own to look at it with.
 * Only {@link io.roost.cli} calls it.
 */
package io.roost.cli.demo;
