package io.roost.preflight.mount;

import java.util.List;
import java.util.Optional;

import io.roost.posix.ByteString;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.MailPaths;
import io.roost.preflight.Mount;
import io.roost.preflight.SampleUser;

/** Whether indexes lie on a mount of their own. */
public final class SeparateMounts implements Check {
    @Override
    public List<String> ids() {
        return List.of("index-mount");
    }

    @Override
    public List<Finding> look(Backend backend) {
        Question question = new Question("index-mount", "mounts of indexes and mails", "different ones",
                "indexes want fast storage and many small writes, mails want room; on a mount of their own indexes can have "
                + "other options");
        for (SampleUser user : backend.users()) {
            MailPaths paths = MailPaths.of(user);
            Optional<Mount> mails = paths.mails().stream().findFirst().flatMap(backend.mounts()::find);
            if (mails.isEmpty()) {
                continue;
            }
            if (!mails.get().isNetwork()) {
                return List.of(question.ok("mails are on a local disk"));
            }
            String index = paths.indexes().isEmpty() ? "" : paths.indexes().get(0);
            return List.of(!index.isEmpty() && !backend.mounts().find(index).equals(mails)
                    ? question.ok(ByteString.toText(index) + " is not on " + ByteString.toText(mails.get().mountPoint()))
                    : question.advice(index.isEmpty() ? "no INDEX, so that they lie with the mails" : ByteString.toText(index)
                            + " is on " + ByteString.toText(mails.get().mountPoint()) + " too",
                            "if fast storage is at hand: INDEX=/fast/%2.256Nu/%u:ITERINDEX on a mount of its own"));
        }
        return List.of(backend.users().isEmpty() ? backend.nobody(question)
                : question.unknown("no path of the sample can be reached", "run as the mail user or root"));
    }
}
