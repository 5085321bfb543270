package io.roost.cli;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Supplier;

import io.roost.checkpoint.CheckpointStore;
import io.roost.cli.hostchange.HostChangeCommand;
import io.roost.cli.screen.JsonLines;
import io.roost.cli.screen.Screen;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** The {@code roost} command; what it does is in its subcommands. */
@Command(name = "roost", versionProvider = Roost.Version.class, synopsisSubcommandLabel = "COMMAND",
        header = "Moves Dovecot users from Maildir to mdbox.",
        footer = {"", "Begin with:",
            "  roost demo                  see it work on a sample Maildir",
            "  roost plan USER             see what it would do; writes nothing",
            "", "Exit codes and JSON: docs/scripting.md"})
public final class Roost implements Runnable {
    /** picocli refuses to lay out help in less. */
    private static final int LEAST_HELP_WIDTH = 55;
    /** Commands that want the store, or the directories of users, as soon as they have begun. */
    private static final Set<String> OPENS_STORE = Set.of("migrate", "resume", "plan", "verify", "status", "rollback", "retire");

    @Mixin
    private final HelpOption help = new HelpOption();

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Print the version.")
    private boolean version;

    @Option(names = "--color", paramLabel = "WHEN", scope = ScopeType.INHERIT, defaultValue = "auto",
            description = "Colours: auto, always or never. Default: auto, and never if NO_COLOR is set.")
    private Screen.Colour colour;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private Roost() {
    }

    public static void main(String[] args) {
        System.exit(run(Screen.ofProcess(), args));
    }

    /** Runs one command line and returns the exit code; nothing is thrown, and everything is told on the screen. */
    public static int run(Screen screen, String... args) {
        try {
            if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
                // asked by scripts and at start-up of others: without building the whole command
                screen.line(new Version().getVersion()[0]);
                return ExitCode.DONE.number();
            }
            String wanted = args.length == 0 ? "" : args[0];
            if (OPENS_STORE.contains(wanted)) {
                // meanwhile the command line is built and read, which takes as long
                CheckpointStore.preload();
            }
            int code = commandLine(screen, wanted).execute(args);
            if (code == ExitCode.DONE.number() && screen.outputFailed()) {
                throw new IOException("not everything could be written to standard output");
            }
            return code;
        } catch (Throwable e) {
            return Failure.tell(screen, e).code().number();
        }
    }

    /** In the order of the help. */
    private static Map<String, Supplier<Object>> commands(Screen screen) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("check", () -> new CheckCommand(screen));
        commands.put("plan", () -> new PlanCommand(screen));
        commands.put("migrate", () -> new MigrateCommand(screen));
        commands.put("resume", () -> new ResumeCommand(screen));
        commands.put("verify", () -> new VerifyCommand(screen));
        commands.put("status", () -> new StatusCommand(screen));
        commands.put("hostchange", () -> HostChangeCommand.with(screen));
        commands.put("ctl", () -> CtlCommand.commandLine(screen));
        commands.put("gate", () -> GateCommand.commandLine(screen));
        commands.put("rollback", () -> new RollbackCommand(screen));
        commands.put("retire", () -> new RetireCommand(screen));
        commands.put("maintain", () -> new MaintainCommand(screen));
        commands.put("tui", () -> new TuiCommand(screen));
        commands.put("demo", () -> new DemoCommand(screen));
        commands.put("help", HelpCommand::new);
        return commands;
    }

    /** @param wanted the command that will be run: looking at all of them takes a tenth of a second */
    private static CommandLine commandLine(Screen screen, String wanted) {
        CommandLine roost = new CommandLine(new Roost());
        Map<String, Supplier<Object>> commands = commands(screen);
        if (commands.containsKey(wanted) && !wanted.equals("help")) {
            roost.addSubcommand(wanted, commands.get(wanted).get());
        } else {
            commands.forEach((name, command) -> roost.addSubcommand(name, command.get()));
        }
        roost.getSubcommands().values().forEach(command -> command.getCommandSpec().usageMessage().abbreviateSynopsis(true)
                .synopsisHeading("%nUsage: ").descriptionHeading("%n").parameterListHeading("%n"));
        roost.getCommandSpec().usageMessage().synopsisHeading("%nUsage: ").optionListHeading("%n")
                .commandListHeading("%nCommands:%n");
        roost.setExpandAtFiles(false);
        roost.setCaseInsensitiveEnumValuesAllowed(true);
        roost.setUsageHelpWidth(Math.max(LEAST_HELP_WIDTH, Math.min(screen.width(), 100)));
        roost.setOut(screen.writer(false));
        roost.setErr(screen.writer(true));
        roost.setColorScheme(Help.defaultColorScheme(screen.usesColour() ? Help.Ansi.ON : Help.Ansi.OFF));
        roost.setParameterExceptionHandler((e, args) -> usage(screen, e));
        roost.setExecutionExceptionHandler((e, command, parsed) -> failure(screen, e, command));
        roost.setExecutionStrategy(parsed -> {
            screen.colour(((Roost) roost.getCommand()).colour);
            return new CommandLine.RunLast().execute(parsed);
        });
        return roost;
    }

    private static int usage(Screen screen, ParameterException e) {
        if (e instanceof MissingCommand) {
            e.getCommandLine().usage(e.getCommandLine().getErr());
            return ExitCode.USAGE.number();
        }
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        screen.message("roost: " + e.getMessage().strip().replace("\n", " "));
        screen.message(command.equals("roost") ? "Try: roost help" : "Try: roost help " + command.substring("roost ".length()));
        return ExitCode.USAGE.number();
    }

    private static int failure(Screen screen, Exception e, CommandLine command) {
        Failure failure = Failure.tell(screen, e);
        if (command.getCommand() instanceof JsonCommand json && json.isJson()) {
            new JsonLines(screen, Clock.systemUTC()).object("error", "", fields -> JsonFields.failure(fields, failure));
        }
        return failure.code().number();
    }

    /** Without a command. */
    @Override
    public void run() {
        throw new MissingCommand(spec.commandLine());
    }

    /** Only {@code roost}: the help says more than a message. */
    private static final class MissingCommand extends ParameterException {
        MissingCommand(CommandLine command) {
            super(command, "a command is missing");
        }
    }

    /** The version that Maven wrote into the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            Properties properties = new Properties();
            try (InputStream in = Roost.class.getResourceAsStream("version.properties")) {
                properties.load(in);
            }
            return new String[] {"roost " + properties.getProperty("version")};
        }
    }
}
