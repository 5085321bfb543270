package io.roost.cli.screen;

/** On which side of its column a cell stands. */
public enum Align { LEFT, RIGHT }
