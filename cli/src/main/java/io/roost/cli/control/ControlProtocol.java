package io.roost.cli.control;

/**
 * What is said on the control socket: lines of UTF-8, ended by LF. The server speaks first.
 *
 * <pre>
 *   greeting  = "roost-control " version " " pid LF
 *   request   = ["json "] verb [" " argument] LF       at most {@value #MAX_REQUEST} bytes, no control characters
 *   answer    = *text-line ("ok" LF / "error " kind " " message LF)
 *             / *object (ok-object / error-object)       if the request began with "json "
 *   text-line = "  " text LF
 *   object    = one object of JSON, on a line of its own
 *   stream    = *text-line "ok" LF / *object ok-object   the answer to watch; ends when the run does
 * </pre>
 *
 * The verbs are those of {@link Verbs}. Requests are answered in their order. The argument of a verb about a user is that user's
 * name, up to the end of the line, blanks included. After {@code watch} the connection is a stream of events, and nothing else is
 * obeyed on it. Who does not read loses events and is told how many ({@code dropped}). A request that is too long, or not UTF-8,
 * is answered by an error, and the connection is closed.
 *
 * <p>Objects have {@code type}, {@code time} and, if they are about a user, {@code user}, as all that Roost writes for scripts:
 *
 * <table>
 * <caption>Types of objects; those of {@code watch} are also those of {@code roost migrate --json}</caption>
 * <tr><td>{@code ok}</td><td>the request was obeyed; the last one</td></tr>
 * <tr><td>{@code error}</td><td>it was not: {@code kind} ({@code usage}, {@code unknown_user}, {@code refused}, {@code busy}),
 * {@code reason}; the last one</td></tr>
 * <tr><td>{@code run_status}</td><td>{@code status}, and {@code watch} with {@code status=}</td></tr>
 * <tr><td>{@code user_row}, {@code page}</td><td>{@code users}: the rows, then {@code offset} and {@code total}</td></tr>
 * <tr><td>{@code user}</td><td>{@code user}, followed by the user's last events</td></tr>
 * <tr><td>{@code cluster}, {@code backend}, {@code director}, {@code pinned}, {@code away}</td><td>{@code backends}</td></tr>
 * <tr><td>{@code gate}</td><td>{@code gates}</td></tr>
 * <tr><td>{@code verb}</td><td>{@code help}</td></tr>
 * <tr><td>{@code dropped}</td><td>{@code watch}: {@code count} events were not read in time</td></tr>
 * </table>
 *
 * Fields of {@code run_status}: {@code pid}, {@code state}, {@code reason}, {@code started}, {@code now}, {@code deadline} (or null),
 * {@code workers}, {@code users} (number by phase), {@code mails}, {@code bytes}, {@code mails_per_second},
 * {@code bytes_per_second}, {@code seconds_left} (or null), {@code history} (bytes in each of the last seconds), {@code active}
 * (array: {@code user}, {@code step}, {@code worker}, {@code attempt}, {@code since}, {@code mails_done}, {@code mails_total},
 * {@code bytes_done}, {@code bytes_total}), {@code locked_out} (array: {@code user}, {@code since}), {@code lock_outs} ({@code count},
 * {@code median_seconds}, {@code longest_seconds} of those cut over), {@code cutover} ({@code mode},
 * {@code director}, {@code held}, {@code held_by_operator}, {@code ready}: array of {@code user}, {@code since},
 * {@code held_alone}; or null),
 * {@code throttle} ({@code held}, {@code source}, {@code reason},
 * {@code bytes_per_second}, {@code mails_per_second} (null: no limit), {@code timetable}, {@code sources}: the same for each source).
 */
public final class ControlProtocol {
    static final int VERSION = 1;
    /** Bytes of a request. */
    static final int MAX_REQUEST = 4_096;
    /** Bytes of a line that a client takes from the server. */
    static final int MAX_ANSWER_LINE = 16 << 20;

    private static final String GREETING = "roost-control ";

    private ControlProtocol() {
    }

    static String greeting() {
        return GREETING + VERSION + " " + ProcessHandle.current().pid();
    }

    /** The process id in a greeting. */
    static long pid(String greeting) throws ControlException {
        if (greeting == null || !greeting.matches(GREETING + "[0-9]{1,9} [0-9]{1,10}")) {
            throw new ControlException(ControlException.Kind.PROTOCOL, "expected the greeting of a run, found "
                    + (greeting == null ? "the end" : "\"" + Answer.clean(greeting.substring(0, Math.min(60, greeting.length())))
                            + "\""), null);
        }
        String[] words = greeting.split(" ");
        if (Integer.parseInt(words[1]) != VERSION) {
            throw new ControlException(ControlException.Kind.PROTOCOL, "the run speaks version " + words[1]
                    + " of the control protocol, expected " + VERSION + ": use the Roost that the run was started with", null);
        }
        return Long.parseLong(words[2]);
    }
}
