package io.roost.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import io.roost.cli.demo.DovecotView;
import io.roost.cli.demo.SampleMaildir;
import io.roost.cli.screen.Align;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Span;
import io.roost.cli.screen.Style;
import io.roost.cli.screen.Table;
import io.roost.posix.OpenDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code roost demo}: the real commands on a sample Maildir, and Dovecot's own view of the result beside it. */
@Command(name = "demo", header = "Show everything on a sample Maildir.",
        description = {"Generates a Maildir in a temporary directory, plans, migrates and verifies it, and if Dovecot is "
            + "installed asks doveadm for its opinion, with a configuration of its own. Nothing else on this machine is "
            + "touched. The directory is kept."},
        footer = {"", "Example:", "  roost demo --dir /tmp/look"})
final class DemoCommand implements Callable<Integer> {
    private static final String USER = "anna@example.org";
    /** Dovecot refuses mail of root; a number without a name, as virtual mail users have. */
    private static final int OWNER_IF_ROOT = 5000;
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

    private final Screen screen;
    private int step;

    @Mixin
    private final HelpOption help = new HelpOption();

    @Option(names = "--dir", paramLabel = "DIR", description = "Use this directory, which must not exist yet.")
    private String dir;

    DemoCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Integer call() throws Exception {
        boolean root = OpenDirectory.effectiveUid() == 0;
        Path base = createDirectory(root);
        Path home = base.resolve("mail/example.org/anna");
        SampleMaildir sample = new SampleMaildir(home.resolve("Maildir"));
        heading("A sample Maildir");
        sample.write();
        // Dovecot is to look at one that nobody else has looked at
        new SampleMaildir(base.resolve("mail/copy")).write();
        Optional<DovecotView> view = Optional.empty();
        if (DovecotView.isPossible()) {
            Path directory = Files.createDirectory(base.resolve("dovecot"), PRIVATE);
            view = Optional.of(new DovecotView(directory, root ? OWNER_IF_ROOT : -1));
            give(base.resolve("dovecot"), root);
        }
        give(base.resolve("mail"), root);
        screen.paragraph("", "", sample.mails() + " mails in " + sample.mailboxes()
                + " mailboxes, some nested, some not in ASCII, with flags, keywords and odd mails, in "
                + home.resolve("Maildir"));

        List<String> where = List.of("--no-dovecot", "--home=" + base.resolve("mail") + "/%d/%n", "--from=maildir:~/Maildir");
        heading("What would be done");
        ExitCode code = run("plan", where, List.of(USER));
        if (code == ExitCode.DONE) {
            heading("The migration");
            List<String> options = new ArrayList<>(where);
            options.add("--state=" + base.resolve("state"));
            code = run("migrate", options, List.of("--single-backend", USER));
        }
        if (code == ExitCode.DONE) {
            heading("The check, with Roost's own readers");
            code = run("verify", where, List.of(USER));
        }
        if (code == ExitCode.DONE) {
            code = dovecot(view, base.resolve("mail/copy"), home.resolve("mdbox"));
        }
        screen.line();
        screen.paragraph("", "", "All of this is in " + base + "; rm -r removes it.");
        if (code == ExitCode.DONE) {
            screen.line(Span.plain("Next, on a mail server:  "), Style.COMMAND.of("roost plan USER"),
                    Span.plain("  (writes nothing)"));
        }
        return code.number();
    }

    private Path createDirectory(boolean root) throws IOException, CommandException {
        Path base = dir != null ? Path.of(dir).toAbsolutePath().normalize() : Path.of(temporary(), "roost-demo." + letters());
        if (Files.exists(base, LinkOption.NOFOLLOW_LINKS)) {
            throw CommandException.usage("--dir: " + base + " is there already, expected a new directory");
        }
        Files.createDirectory(base, PRIVATE);
        if (root) {
            // the owner of the mail has to get through
            Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return base;
    }

    private static String temporary() {
        String directory = System.getenv("TMPDIR");
        return directory == null || !directory.startsWith("/") ? "/tmp" : directory;
    }

    private static String letters() {
        StringBuilder out = new StringBuilder();
        new SecureRandom().ints(6, 0, LETTERS.length()).forEach(i -> out.append(LETTERS.charAt(i)));
        return out.toString();
    }

    /** As root, mail belongs to somebody else. */
    private static void give(Path tree, boolean root) throws IOException {
        if (!root) {
            return;
        }
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Files.setAttribute(path, "unix:uid", OWNER_IF_ROOT, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:gid", OWNER_IF_ROOT, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    private void heading(String text) {
        if (step > 0) {
            screen.line();
        }
        String title = ++step + ". " + text + " ";
        screen.line(Style.HEADING.of(title), Style.FAINT.of(screen.rule().repeat(Math.max(0, Math.min(79, screen.width() - 1)
                - title.length()))));
    }

    /** Shows the command as one would type it, and runs it. */
    private ExitCode run(String command, List<String> options, List<String> more) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(options);
        all.addAll(more);
        show(all);
        int code = Roost.run(screen, all.toArray(String[]::new));
        return Stream.of(ExitCode.values()).filter(c -> c.number() == code).findFirst().orElse(ExitCode.FAILED);
    }

    private void show(List<String> words) {
        StringBuilder line = new StringBuilder("$ roost");
        for (String word : words) {
            String quoted = word.indexOf('%') >= 0 ? word.replaceFirst("=(.*)", "='$1'") : word;
            if (line.length() + 1 + quoted.length() > screen.width() - 3) {
                screen.line(Style.COMMAND.of(line + " \\"));
                line = new StringBuilder("   ");
            }
            line.append(' ').append(quoted);
        }
        screen.line(Style.COMMAND.of(line.toString()));
        screen.line();
    }

    private ExitCode dovecot(Optional<DovecotView> installed, Path maildir, Path mdbox) throws IOException {
        if (installed.isEmpty()) {
            screen.line();
            screen.paragraph("", "", "Dovecot is not installed here; with it, this demo shows what doveadm says.");
            return ExitCode.DONE;
        }
        DovecotView view = installed.get();
        heading("What Dovecot " + view.version() + " shows of both");
        Map<String, DovecotView.Mailbox> before;
        Map<String, DovecotView.Mailbox> after;
        try {
            before = view.look("maildir:" + maildir);
            after = view.look("mdbox:" + mdbox);
        } catch (IOException e) {
            screen.paragraph("", "", "Dovecot could not be asked: " + e.getMessage());
            return ExitCode.FAILED;
        }
        boolean same = compare(before, after);
        screen.paragraph("", "", "Compared: UIDNEXT, UIDVALIDITY, mailbox GUID and size; and of each mail UID, GUID, flags, "
                + "keywords, received date, sizes, POP3 UIDL and order, and every byte.");
        List<String> log = view.logLines();
        if (log.isEmpty()) {
            screen.line(Span.plain("Dovecot's log: "), Style.GOOD.of("empty"), Span.plain(", as it should be."));
        } else {
            screen.line(Style.BAD.of("Dovecot's log:"));
            log.forEach(line -> screen.line("  " + line));
        }
        return same && log.isEmpty() ? ExitCode.DONE : ExitCode.MISMATCH;
    }

    private boolean compare(Map<String, DovecotView.Mailbox> before, Map<String, DovecotView.Mailbox> after) {
        Table table = new Table().elasticColumn("Mailbox").column("Maildir", Align.RIGHT).column("mdbox", Align.RIGHT)
                .column("All else", Align.LEFT);
        boolean same = true;
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            DovecotView.Mailbox one = before.get(name);
            DovecotView.Mailbox other = after.get(name);
            String difference = one == null || other == null ? "missing" : one.difference(other);
            same &= difference.isEmpty();
            table.row(name, cell(one), cell(other), difference.isEmpty() ? Style.GOOD.of("the same")
                    : Style.BAD.of("DIFFERS: " + difference));
        }
        screen.table(table);
        return same;
    }

    private static String cell(DovecotView.Mailbox mailbox) {
        return mailbox == null ? "none" : String.format(Locale.ROOT, "%d mails, %3d unseen", mailbox.messages(),
                mailbox.unseen());
    }
}
