/**
 * How findings of {@code io.roost.preflight} are told: as a table, as JSON, as configuration; and the checks that need the
 * terminal or a plan. Only {@link io.roost.cli} calls it.
 */
package io.roost.cli.check;
