package io.roost.posix;

/** Processes that are signalled together, whatever became of the one that started them. */
public final class ProcessGroup {
    private static final int SIGKILL = 9;

    private final int id;

    private ProcessGroup(int id) {
        this.id = id;
    }

    /** @param id the process id of the group's leader, greater than 1 */
    public static ProcessGroup of(long id) {
        if (id <= 1 || id > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("no process group: " + id);
        }
        return new ProcessGroup((int) id);
    }

    /** Kills all of them; it is no error if there are none. */
    public void kill() {
        // the only errors are that there is nobody, or nobody whom this process may signal
        Libc.C.kill(-id, SIGKILL);
    }
}
