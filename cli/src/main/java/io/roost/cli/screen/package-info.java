/**
 * What reaches a person's or a script's eyes: text with styles, tables, numbers, progress and JSON. Knows the terminal and
 * nothing of mail. The commands in {@link io.roost.cli} call it; it calls nothing of Roost.
 */
package io.roost.cli.screen;
