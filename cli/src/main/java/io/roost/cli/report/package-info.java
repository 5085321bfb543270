/**
 * What a run over many users leaves behind: a summary for people, a page for managers, numbers for Prometheus, a log file. All
 * of them are written from one {@link io.roost.cli.report.RunSummary}, which {@link io.roost.cli.report.RunRecorder} gathers
 * from the engine's events in bounded memory. Used by the commands of {@code io.roost.cli}, which know where the files go.
 */
package io.roost.cli.report;
