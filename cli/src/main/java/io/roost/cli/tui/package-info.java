/**
 * The interactive session: screens of a running migration, as a client of its control socket. Everything is drawn by one
 * thread, from what the socket's threads have brought; nothing in here decides anything about mail. Only the command {@code
 * roost tui} may call it, and only {@link io.roost.cli.tui.TuiTerminal} knows the terminal library.
 */
package io.roost.cli.tui;
