/**
 * The commands of {@code roost hostchange}: what an administrator, a post-login script and a service manager run on a backend.
 * The work is done in {@code io.roost.hostchange}; here are options, reports and exit codes. Called by {@code
 * io.roost.cli.Roost} alone.
 */
package io.roost.cli.hostchange;
