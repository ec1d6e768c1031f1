interface Signals {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
}

/**
 * Ends what `stop` ends, once it is told to. The listeners stay: without one, a second Ctrl-C would kill the process
 * before it has stopped.
 */
export function stopOnSignals(stop: () => Promise<void>, signals: Signals = process): void {
  let stopping: Promise<void> | undefined;
  const onSignal = (): void => {
    stopping ??= stop();
  };
  signals.on('SIGTERM', onSignal);
  signals.on('SIGINT', onSignal);
}
