package io.roost.director;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * What keeps each user on one backend. Hosts are IP addresses as the director writes them. Implementations are thread-safe; a
 * thread that is interrupted meanwhile gets an {@link java.io.InterruptedIOException} and stays interrupted. Every method throws
 * {@link DirectorException} if the director cannot be asked or refuses.
 */
public interface Director extends Closeable {
    /** Whether there is none, and one backend has all users: then nothing is moved or kicked and no user is ever elsewhere. */
    boolean isSingleBackend();

    /**
     * Where a user is.
     *
     * @param user name, text
     */
    Mapping lookup(String user) throws IOException;

    /**
     * Maps a user to a backend, which kicks their sessions elsewhere; one who is there already stays for another
     * {@code director_user_expire}. Returns when the move has begun: {@link #lookup} shows it at once, and sessions elsewhere end
     * within seconds. While an earlier move is being finished this waits for it.
     *
     * @param user name, text
     * @param host a backend that the director knows
     */
    void move(String user, String host) throws IOException;

    /**
     * Keeps a user on a backend for another {@code director_user_expire}, and never moves anybody who is elsewhere: asks once, and
     * not again while somebody else's move is being finished.
     *
     * @return whether the director has the user on that backend, or nowhere at all
     */
    boolean refresh(String user, String host) throws IOException;

    /**
     * Ends the sessions of a user that the directors proxy, but perhaps not one that has just begun; the user may log in again at
     * once. So whoever wants nobody to be there asks again until nobody is.
     */
    void kick(String user) throws IOException;

    /** The backends. */
    List<MailHost> hosts() throws IOException;

    /** The directors. */
    List<RingMember> ring() throws IOException;

    /**
     * Hands every user of the directory to the visitor, one by one, however many there are. A user who is refreshed meanwhile
     * may come twice.
     *
     * @param host only those of this backend; empty for all
     */
    void users(String host, Consumer<UserEntry> visitor) throws IOException;

    @Override
    void close();
}
