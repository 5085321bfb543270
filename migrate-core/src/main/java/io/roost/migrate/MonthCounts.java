package io.roost.migrate;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Arrays;

/** Numbers of mails by the month, in UTC, in which they were received. Not thread-safe. */
public final class MonthCounts {
    private static final long DAY = 86_400;
    /** 1970-01, month 0. */
    private static final int FIRST_YEAR = 1970;

    private long[] counts = new long[0];
    private long undated;
    /** The day that was looked at last, and its month: mails of a mailbox mostly come in the order of their dates. */
    private long lastDay = -1;
    private int lastMonth;

    /** Takes what {@link #add} was told, in order. */
    @FunctionalInterface
    public interface Visitor {
        void month(YearMonth month, long mails);
    }

    /** @param date Unix seconds; what mdbox cannot hold counts as the nearest that it can */
    public void add(long date, long mails) {
        long day = MailDates.nearest(date) / DAY;
        if (day != lastDay) {
            LocalDate found = LocalDate.ofEpochDay(day);
            lastDay = day;
            lastMonth = (found.getYear() - FIRST_YEAR) * 12 + found.getMonthValue() - 1;
        }
        addMonth(lastMonth, mails);
    }

    /** Mails whose date is not known. */
    public void addUndated(long mails) {
        undated += mails;
    }

    public void addAll(MonthCounts other) {
        for (int i = 0; i < other.counts.length; i++) {
            if (other.counts[i] != 0) {
                addMonth(i, other.counts[i]);
            }
        }
        undated += other.undated;
    }

    private void addMonth(int month, long mails) {
        if (month >= counts.length) {
            counts = Arrays.copyOf(counts, month + 1);
        }
        counts[month] += mails;
    }

    /** Months that have mails, earliest first. */
    public void forEach(Visitor visitor) {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                visitor.month(YearMonth.of(FIRST_YEAR + i / 12, i % 12 + 1), counts[i]);
            }
        }
    }

    public long of(YearMonth month) {
        int i = (month.getYear() - FIRST_YEAR) * 12 + month.getMonthValue() - 1;
        return i < 0 || i >= counts.length ? 0 : counts[i];
    }

    public long undated() {
        return undated;
    }

    /** All mails, those without a date included. */
    public long total() {
        return Arrays.stream(counts).sum() + undated;
    }
}
