package io.roost.cli.check;

import java.util.List;

import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;

/** Tells whose paths all the others look at. */
public final class SampleCheck implements Check {
    private final Finding finding;

    /** @param finding with the identifier {@code user-sample} */
    public SampleCheck(Finding finding) {
        this.finding = finding;
    }

    @Override
    public List<String> ids() {
        return List.of("user-sample");
    }

    @Override
    public List<Finding> look(Backend backend) {
        return List.of(finding);
    }
}
