package io.roost.cli;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Span;
import io.roost.cli.screen.Style;
import io.roost.maildir.SourceProblem.Severity;
import io.roost.migrate.Account;
import io.roost.migrate.Plan;
import io.roost.migrate.Planner;
import io.roost.posix.FileSystemStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;
import io.roost.preflight.Finding;

/**
 * Plans many users and adds up: a report for each of a few, a line for each of many, and a total. In the users' order, some planned ahead.
 * Writes nothing.
 */
final class DryRun {
    /** With more than these the reports would hide the total. */
    private static final int MOST_REPORTS = 5;
    private static final int AHEAD = 4;

    private final ReportingCommand command;
    private final Site site;
    private final int workers;

    private int users;
    private int clean;
    private int failed;
    private long mailboxes;
    private long mails;
    private long bytes;
    private long dataFiles;
    private long files;
    private double lowSeconds;
    private double highSeconds;
    /** By the number of the file system. */
    private final Map<Long, Room> rooms = new TreeMap<>();

    /** One user's plan. */
    private record Planned(Plan plan, List<Finding> advice) {
    }

    /** What is needed on one file system. */
    private record Room(FileSystemStatus free, long bytes, long files) {
        boolean isEnough() {
            return bytes <= free.freeBytes() && (free.totalInodes() == 0 || files <= free.freeInodes());
        }
    }

    DryRun(ReportingCommand command, Site site, int workers) {
        this.command = command;
        this.site = site;
        this.workers = workers;
    }

    ExitCode run(List<String> names) throws InterruptedException {
        boolean reports = names.size() <= MOST_REPORTS;
        ExitCode code = ExitCode.DONE;
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(workers, names.size()), task -> {
            Thread thread = new Thread(task, "roost-plan");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Iterator<String> next = names.iterator();
            ArrayDeque<Future<Planned>> ahead = new ArrayDeque<>();
            for (String name : names) {
                while (next.hasNext() && ahead.size() < workers * AHEAD) {
                    String one = next.next();
                    ahead.add(pool.submit(() -> plan(one)));
                }
                code = code.or(show(name, ahead.remove(), reports, names.size()));
            }
        } finally {
            pool.shutdownNow();
        }
        if (names.size() > 1) {
            total();
        }
        return rooms.values().stream().allMatch(Room::isEnough) ? code : code.or(ExitCode.OBSTACLES);
    }

    private Planned plan(String name) throws IOException, CommandException, InterruptedException {
        Account account = site.account(name);
        return new Planned(new Planner(account, site.settings()).plan(), site.advice(account));
    }

    private ExitCode show(String name, Future<Planned> future, boolean reports, int all) throws InterruptedException {
        if (reports && users > 0 && !command.isJson()) {
            command.screen.line();
        }
        users++;
        try {
            Planned planned = future.get();
            add(planned.plan());
            if (command.isJson()) {
                new PlanJson(planned.plan(), planned.advice(), site.notes()).write(command.json());
            } else if (reports) {
                new PlanReport(command.screen, planned.plan(), planned.advice(), site.notes()).print();
            } else {
                line(planned.plan());
            }
            return planned.plan().isClean() ? ExitCode.DONE : ExitCode.OBSTACLES;
        } catch (ExecutionException e) {
            failed++;
            Failure failure = Failure.tell(command.screen, e.getCause());
            if (command.isJson()) {
                command.json().object("failed", name, json -> JsonFields.failure(json, failure));
            }
            return all == 1 ? failure.code() : ExitCode.FAILED;
        }
    }

    private void add(Plan plan) {
        clean += plan.isClean() ? 1 : 0;
        mailboxes += plan.mailboxes().size();
        mails += plan.mails();
        bytes += plan.bytes();
        dataFiles += plan.dataFiles();
        files += plan.files();
        lowSeconds += plan.estimate().lowSeconds();
        highSeconds += plan.estimate().highSeconds();
        if (plan.space().isPresent()) {
            try {
                Room more = new Room(plan.space().get(), plan.dataBytes() + plan.indexBytes(), plan.files());
                rooms.merge(fileSystem(plan.target()), more,
                        (a, b) -> new Room(b.free(), a.bytes() + b.bytes(), a.files() + b.files()));
            } catch (PosixException e) {
                // Gone since it was planned: the plan said what there was to say.
            }
        }
    }

    private static long fileSystem(String target) throws PosixException {
        return OpenDirectory.statusOf(target.substring(0, Math.max(1, target.lastIndexOf('/')))).map(status -> status.device()).orElse(0L);
    }

    private void line(Plan plan) {
        long losses = plan.problems().stream().filter(p -> p.kind().severity() == Severity.LOSS).count();
        Span verdict = plan.isClean() ? Style.GOOD.of("ready") : Style.BAD.of("not ready");
        command.screen.line(Span.plain(plan.user() + ": "), verdict, Span.plain(", "
                + Quantity.count(plan.mailboxes().size(), "mailbox", "mailboxes") + ", "
                + Quantity.count(plan.mails(), "mail", "mails") + ", " + Quantity.bytes(plan.bytes())
                + (losses > 0 ? ", " + Quantity.count(losses, "thing", "things") + " cannot be carried over" : "")));
        plan.obstacles().forEach(obstacle -> command.screen.paragraph("  - ", "    ", obstacle));
    }

    private void total() {
        double low = lowSeconds / workers;
        double high = highSeconds / workers;
        if (command.isJson()) {
            command.json().object("plan_total", "", json -> {
                json.writeNumberField("users", users);
                json.writeNumberField("clean", clean);
                json.writeNumberField("failed", failed);
                json.writeNumberField("mailboxes", mailboxes);
                json.writeNumberField("mails", mails);
                json.writeNumberField("bytes", bytes);
                json.writeNumberField("data_files", dataFiles);
                json.writeNumberField("files", files);
                json.writeNumberField("low_seconds", low);
                json.writeNumberField("high_seconds", high);
                json.writeArrayFieldStart("space");
                for (Room room : rooms.values()) {
                    json.writeStartObject();
                    json.writeStringField("type", room.free().typeName());
                    json.writeNumberField("needed_bytes", room.bytes());
                    json.writeNumberField("free_bytes", room.free().freeBytes());
                    json.writeNumberField("needed_inodes", room.files());
                    json.writeNumberField("free_inodes", room.free().freeInodes());
                    json.writeBooleanField("enough", room.isEnough());
                    json.writeEndObject();
                }
                json.writeEndArray();
            });
            return;
        }
        command.screen.line();
        command.screen.line(Style.HEADING.of("In all"), Span.plain(" (nothing was written)"));
        List<String> lines = new ArrayList<>();
        lines.add(Quantity.count(users, "user", "users") + ": " + Quantity.count(clean) + " ready, "
                + Quantity.count(users - clean - failed) + " not ready" + (failed > 0 ? ", " + Quantity.count(failed)
                + " could not be planned" : ""));
        lines.add(Quantity.count(mailboxes, "mailbox", "mailboxes") + ", " + Quantity.count(mails, "mail", "mails") + ", "
                + Quantity.bytes(bytes) + "; " + Quantity.count(dataFiles, "m.* file", "m.* files") + " to come");
        for (Room room : rooms.values()) {
            lines.add((room.isEnough() ? "" : "NOT ENOUGH ROOM: ") + "needs " + Quantity.bytes(room.bytes()) + " and "
                    + Quantity.count(room.files()) + " inodes where " + Quantity.bytes(room.free().freeBytes())
                    + (room.free().totalInodes() == 0 ? "" : " and " + Quantity.count(room.free().freeInodes()) + " inodes")
                    + " are free (" + room.free().typeName() + ")");
        }
        lines.add("time: " + Quantity.wholeSeconds(low) + " to " + Quantity.wholeSeconds(high) + " with "
                + Quantity.count(workers, "worker", "workers") + "; how fast the target writes is a guess");
        lines.forEach(line -> command.screen.paragraph("  ", "  ", line));
    }
}
