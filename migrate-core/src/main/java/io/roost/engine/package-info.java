/**
 * A run over many users: the queue, the workers, retries, the window, and what operators tell it while it runs. It owns the state of
 * the run; screens, reports and the control socket are its clients. It may use everything below it, and knows nothing of terminals
 * or arguments.
 */
package io.roost.engine;
