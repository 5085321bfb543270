package io.roost.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How a run of doveadm ended.
 *
 * @param exit   its exit status; 0 is success
 * @param stdout what it printed, unchanged
 * @param stderr what it complained about
 */
public record DoveadmResult(int exit, byte[] stdout, String stderr) {
    public String text() {
        return new String(stdout, StandardCharsets.UTF_8);
    }

    public List<String> lines() {
        return text().lines().toList();
    }

    /** This result, if the exit status is 0 and nothing was complained about. */
    public DoveadmResult succeeded() {
        if (exit != 0 || !stderr.isEmpty()) {
            throw new AssertionError("doveadm ended with " + exit + ": " + stderr);
        }
        return this;
    }
}
