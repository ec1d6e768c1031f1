import type { EngineOptions } from './engine-spec.js';

/** What a keeper is started with, as JSON in its first argument. */
export interface KeeperRequest {
  /** The engine's folder inside DATA_DIR. */
  readonly home: string;
  /** Absolute path of the module that exports the engine's `EngineSpec`. */
  readonly module: string;
  readonly options: EngineOptions;
}

/** A keeper ends with this code when another one already keeps the engine. */
export const EXIT_ALREADY_KEPT = 75;

/** From a user to the keeper: the token of the state file first, then nothing until the release. */
export type UserMessage = { readonly type: 'join'; readonly token: string } | { readonly type: 'release' };

/** From the keeper to a user. */
export type KeeperMessage =
  | { readonly type: 'welcome' }
  | { readonly type: 'notice'; readonly line: string }
  | { readonly type: 'ready'; readonly address: string }
  /** The engine died and is started again. */
  | { readonly type: 'restarting'; readonly reason: string }
  /** The engine will not run; the keeper ends. */
  | { readonly type: 'failed'; readonly reason: string }
  /** The user is not counted any more; if it was the last one, the engine has ended. */
  | { readonly type: 'released' };

/** One line of JSON. */
export function encode(message: UserMessage | KeeperMessage): string {
  return `${JSON.stringify(message)}\n`;
}

const MAX_LINE_LENGTH = 65_536;

/**
 * Splits a stream of text into messages. Lines that are no JSON objects are passed over: who sends them is not one of
 * ours, and will not know the token either.
 */
export function messageReader<T>(onMessage: (message: T) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(-MAX_LINE_LENGTH);
    for (const line of lines) {
      const message = parseObject(line);
      if (message !== undefined) onMessage(message as T);
    }
  };
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
