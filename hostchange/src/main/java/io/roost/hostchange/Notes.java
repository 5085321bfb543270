package io.roost.hostchange;

/** Where remarks for the log go: whatever was odd, and whatever was deleted. Implementations are thread-safe. */
public interface Notes {
    /** Nobody reads them. */
    Notes NONE = new Notes() {
        @Override
        public void info(String line) {
        }

        @Override
        public void warning(String line) {
        }
    };

    /** One line about what was done. */
    void info(String line);

    /** One line about something that should not be so. */
    void warning(String line);
}
