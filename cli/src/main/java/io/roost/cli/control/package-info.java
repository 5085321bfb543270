/**
 * The control socket of a run: the protocol, the server inside the process that migrates, and the client that {@code roost ctl}
 * and {@code roost tui} speak through. The engine owns the state of the run; nothing in here decides anything, it passes on what
 * operators say and shows what they ask for. May be called by the commands and by screens; knows neither arguments nor terminals.
 */
package io.roost.cli.control;
