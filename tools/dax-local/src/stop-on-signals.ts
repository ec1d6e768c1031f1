/** What a signal does, by default to this process. */
export interface SignalOptions {
  readonly signals?: { on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown };
  readonly exit?: (code: number) => void;
  /** In ms, from any start. */
  readonly now?: () => number;
}

/** One Ctrl-C arrives several times: the terminal sends it to all, and npm and `careline` pass theirs on. */
const ONE_CTRL_C_MS = 500;

/**
 * Ends what `stop` ends, once it is told to. A second signal ends the process at once, with code 1. The listeners stay:
 * without one, the first Ctrl-C that is passed on would kill the process before it has stopped.
 */
export function stopOnSignals(
  stop: () => Promise<void>,
  {
    signals = process,
    exit = (code) => process.exit(code),
    now = () => performance.now(),
  }: SignalOptions = {},
): void {
  let toldAt: number | undefined;
  const onSignal = (): void => {
    if (toldAt === undefined) {
      toldAt = now();
      void stop();
    } else if (now() - toldAt >= ONE_CTRL_C_MS) exit(1);
  };
  signals.on('SIGTERM', onSignal);
  signals.on('SIGINT', onSignal);
}
