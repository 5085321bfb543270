package io.roost.cli.control;

/**
 * Something that happened, in both forms.
 *
 * @param user empty if it is about the run
 * @param json an object with its line end; empty if scripts are not told
 * @param text a line for people with its line end; empty if people are not told
 */
record Happening(String user, String json, String text) {
    String line(boolean asJson) {
        return asJson ? json : text;
    }
}
