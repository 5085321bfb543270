package io.roost.preflight;

import java.util.ArrayList;
import java.util.List;

import io.roost.preflight.Finding.Question;

/** Several backends and no director: what has to be said, since it cannot be mended by settings. */
public final class WithoutDirector implements Check {
    private static final int SHOWN = 5;

    @Override
    public List<String> ids() {
        return List.of("no-director", "source-ip-stickiness", "maildir-kept");
    }

    @Override
    public List<Finding> look(Backend backend) {
        List<Finding> findings = new ArrayList<>();
        Question question = new Question("no-director", "what stands before the backends", "a director, or one backend alone",
                "mdbox is unsafe on NFS when two backends have the same user's mail open: its map index has one writer");
        switch (backend.topology()) {
            case NO_DIRECTOR -> {
                findings.add(question.unsafe("several backends, and no director",
                        "keep Maildir, with mail_nfs_index = yes, mail_nfs_storage = "
                        + "yes, actimeo=0 and deliveries with INDEX=MEMORY; or put a director before the backends first"));
                findings.add(new Question("source-ip-stickiness", "the load balancer", "each client address on one backend",
                        "it makes a user's sessions meet on one backend most of the time, which is all that there is without "
                        + "a director")
                        .unknown("it cannot be seen from a backend", "look at the load balancer; a user with two devices is "
                        + "on two backends all the same"));
                findings.add(kept(backend));
            }
            case UNKNOWN -> findings.add(question.unknown("nobody said what stands before the backends",
                    "say --director HOST, --without-director or --single-backend"));
            case DIRECTOR -> findings.add(question.ok("a director"));
            case SINGLE_BACKEND -> findings.add(question.ok("one backend alone, as was said"));
        }
        return findings;
    }

    /** Where users have an mdbox already. */
    private static Finding kept(Backend backend) {
        Question question = new Question("maildir-kept", "mail_location, and where the sample's mail is", "maildir",
                "a Maildir survives two backends at work on it, though its indexes do not; an mdbox is damaged");
        List<String> others = new ArrayList<>();
        String setting = backend.settings().mailLocation();
        if (!setting.isEmpty() && !setting.startsWith("maildir:")) {
            others.add("mail_location = " + setting);
        }
        backend.users().stream().filter(u -> u.source().filter(s -> !s.isMaildir()).isPresent()).limit(SHOWN)
                .forEach(u -> others.add(u.name() + " has " + u.source().get().driver()));
        if (!others.isEmpty()) {
            return question.unsafe(String.join(", ", others), "go back with roost rollback, or put a director before the backends, now");
        }
        return setting.isEmpty() && backend.users().isEmpty() ? backend.nobody(question) : question.ok("maildir");
    }
}
