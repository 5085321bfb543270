package io.roost.preflight.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.SampleUser;

/** Whether root may give files to users: found by trying, since the server alone knows. */
public final class RootSquash implements Check {
    private final ProbePlace place;

    public RootSquash(ProbePlace place) {
        this.place = place;
    }

    @Override
    public List<String> ids() {
        return List.of("root-squash");
    }

    @Override
    public List<Finding> look(Backend backend) {
        if (OpenDirectory.effectiveUid() != 0) {
            return List.of(question("this process").ok("Roost runs as uid " + OpenDirectory.effectiveUid()
                    + ", which no server squashes"));
        }
        List<Finding> findings = new ArrayList<>();
        for (Map.Entry<String, Optional<SampleUser>> entry : place.directories(backend).entrySet()) {
            findings.add(look(entry.getKey(), entry.getValue()));
        }
        if (findings.isEmpty()) {
            findings.add(question("targets of the sample").unknown(place.whyNone().get(0), place.whyNone().get(1)));
        }
        return findings;
    }

    private static Question question(String lookedAt) {
        return new Question("root-squash", lookedAt, "files of root that belong to root, and can be given away",
                "where the server takes root for nobody, Roost as root can neither read mail nor give it to its user");
    }

    private static Finding look(String directory, Optional<SampleUser> user) {
        Question question = question(ByteString.toText(directory));
        String remedy = "export with no_root_squash to this backend, or run Roost as the mail user";
        try (ProbeFile probe = ProbeFile.in(directory)) {
            int owner = probe.file().status().uid();
            if (owner != 0) {
                return question.unsafe("a file that root made belongs to uid " + owner, remedy);
            }
            int uid = user.map(SampleUser::uid).filter(u -> u >= 0).orElse(65_534);
            probe.file().chown(uid, -1);
            return probe.file().status().uid() == uid ? question.ok("root made a file and gave it to uid " + uid)
                    : question.unsafe("a file given to uid " + uid + " belongs to uid " + probe.file().status().uid(), remedy);
        } catch (PosixException e) {
            return e.errno() == PosixException.EACCES || e.errno() == PosixException.EPERM
                    ? question.unsafe("root is refused: " + e.getMessage(), remedy) : question.unknown(e.getMessage(),
                    "look at the directory");
        }
    }
}
