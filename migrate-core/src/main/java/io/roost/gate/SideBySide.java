package io.roost.gate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Asks several Dovecots at the same time: somebody is locked out while they answer. Stateless and thread-safe. */
public final class SideBySide {
    private SideBySide() {
    }

    /** What one of them is asked. */
    @FunctionalInterface
    public interface Question<T, A> {
        A ask(T whom) throws IOException;
    }

    /**
     * Asks the first on this thread and each other one on a thread of its own, and returns when all have answered or failed. If this
     * thread is interrupted, so are they.
     *
     * @return the answers, in the order of those asked
     * @throws IOException the first of the failures, in the same order, with the others suppressed
     */
    public static <T, A> List<A> ask(List<? extends T> whom, Question<T, A> question) throws IOException {
        List<FutureTask<A>> tasks = new ArrayList<>();
        for (T one : whom) {
            tasks.add(new FutureTask<>(() -> question.ask(one)));
        }
        List<Thread> threads = new ArrayList<>();
        for (FutureTask<A> task : tasks.subList(Math.min(1, tasks.size()), tasks.size())) {
            Thread thread = new Thread(task, Thread.currentThread().getName() + "-asks");
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        if (!tasks.isEmpty()) {
            tasks.get(0).run();
        }
        List<A> answers = new ArrayList<>();
        Throwable failure = null;
        for (FutureTask<A> task : tasks) {
            try {
                answers.add(answer(task, threads));
            } catch (ExecutionException e) {
                if (failure == null) {
                    failure = e.getCause();
                } else if (failure != e.getCause()) {
                    failure.addSuppressed(e.getCause());
                }
            }
        }
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        if (failure != null) {
            throw failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
        }
        return answers;
    }

    /** Waits to the end: nobody goes on talking behind the back of the caller. An interruption is kept. */
    private static <A> A answer(FutureTask<A> task, List<Thread> threads) throws ExecutionException {
        boolean interrupted = false;
        try {
            while (true) {
                if (Thread.currentThread().isInterrupted()) {
                    threads.forEach(Thread::interrupt);
                }
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    threads.forEach(Thread::interrupt);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
