package io.roost.testing;

import java.util.Map;
import java.util.TreeMap;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Prints {@code SKIPPED CLASS.METHOD(): REASON} for every test that did not run, at the end of each module's run: a test
 * that was left out must not look like one that passed. Registered as a service, so that every runner takes it up.
 */
public final class SkippedTests implements TestExecutionListener {
    private final Map<String, String> reasons = new TreeMap<>();
    private TestPlan plan;

    @Override
    public void testPlanExecutionStarted(TestPlan testPlan) {
        plan = testPlan;
    }

    /** A class is skipped as one; its methods are what counts. */
    @Override
    public synchronized void executionSkipped(TestIdentifier skipped, String reason) {
        note(skipped, reason);
        plan.getDescendants(skipped).forEach(test -> note(test, reason));
    }

    /** What a test finds out for itself, as an assumption that does not hold. */
    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            note(test, result.getThrowable().map(Throwable::getMessage).orElse("aborted"));
        }
    }

    /** A parameterized test has no tests below it before it runs, hence the look at the source. */
    private void note(TestIdentifier test, String reason) {
        if (test.isTest() || test.getSource().filter(MethodSource.class::isInstance).isPresent()) {
            reasons.put(name(test), reason);
        }
    }

    private static String name(TestIdentifier test) {
        return test.getSource().filter(MethodSource.class::isInstance).map(MethodSource.class::cast)
                .map(m -> m.getClassName() + "." + m.getMethodName() + "()").orElse(test.getUniqueId());
    }

    @Override
    public synchronized void testPlanExecutionFinished(TestPlan testPlan) {
        reasons.forEach((test, reason) -> System.out.println("SKIPPED " + test + ": " + reason));
        reasons.clear();
    }
}
