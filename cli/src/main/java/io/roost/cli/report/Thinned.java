package io.roost.cli.report;

import java.util.ArrayList;
import java.util.List;

import io.roost.cli.report.RunSummary.Sample;

/** Samples joined to fewer, so that a line stays a line. */
final class Thinned {
    private Thinned() {
    }

    /** At most so many, each as long as the others, but for the last. */
    static List<Sample> of(List<Sample> samples, int most) {
        int each = (samples.size() + most - 1) / most;
        List<Sample> joined = new ArrayList<>();
        for (int i = 0; i < samples.size(); i += each) {
            List<Sample> part = samples.subList(i, Math.min(samples.size(), i + each));
            joined.add(new Sample(part.get(0).from(), part.get(part.size() - 1).to(),
                    part.stream().mapToLong(Sample::mails).sum(),
                    part.stream().mapToLong(Sample::bytes).sum(), part.stream().anyMatch(Sample::slowed)));
        }
        return joined;
    }
}
