package io.roost.testing;

import java.io.IOException;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** A test, or a class of tests, that runs only where it is allowed to do these things. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ExtendWith(Requires.Condition.class)
public @interface Requires {
    Ability[] value();

    /** What a machine or a container may forbid or lack; each is tried out, once in a test process. */
    enum Ability {
        /** To give files away and to become somebody else. */
        ROOT("root is needed", "setpriv", "--reuid=5000", "--regid=5000", "--clear-groups", "true"),
        /** To mount small file systems. */
        MOUNT("mounting a tmpfs must be allowed", "unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"),
        /** To be a file server: {@link UnreliableFileServer}. */
        FUSE("/dev/fuse must be there, and mounting it allowed", "unshare", "-m", "sh", "-c", "exec 3<>/dev/fuse && mount -i -t fuse "
                + "-o fd=3,rootmode=40000,user_id=0,group_id=0 trial /mnt"),
        /** To have terminals in which programs are run. */
        TMUX("tmux must be installed", "tmux", "-V"),
        /** To stop a process at a system call. */
        STRACE("strace must be installed and allowed", "strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "true");

        private final String why;
        private final String[] trial;

        Ability(String why, String... trial) {
            this.why = why;
            this.trial = trial;
        }

        private Optional<String> whyMissing() {
            try {
                Path output = Files.createTempFile("requires", ".txt");
                Process process = new ProcessBuilder(trial).redirectErrorStream(true).redirectOutput(output.toFile()).start();
                process.getOutputStream().close();
                int exit = process.waitFor();
                String said = Files.readString(output).strip();
                Files.delete(output);
                return exit == 0 ? Optional.empty() : Optional.of(why + (said.isEmpty() ? "" : ": " + said));
            } catch (IOException e) {
                return Optional.of(why + ": " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.of(why + ": interrupted");
            }
        }
    }

    /** Looks at the annotation that is nearest. */
    final class Condition implements ExecutionCondition {
        private static final Map<Ability, Optional<String>> ASKED = new ConcurrentHashMap<>();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Requires requires = AnnotationSupport.findAnnotation(context.getElement(), Requires.class).orElse(null);
            if (requires != null) {
                for (Ability ability : requires.value()) {
                    Optional<String> why = ASKED.computeIfAbsent(ability, Ability::whyMissing);
                    if (why.isPresent()) {
                        return ConditionEvaluationResult.disabled(why.get());
                    }
                }
            }
            return ConditionEvaluationResult.enabled("all that is needed is there");
        }
    }
}
