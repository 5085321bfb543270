/**
 * The command line: one class per command, and what they print for people and for scripts. The only package that writes to the
 * terminal; nothing calls it.
 */
package io.roost.cli;
