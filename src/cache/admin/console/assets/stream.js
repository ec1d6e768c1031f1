import { ask, Refusal } from './session.js';

const SILENCE_MS = 5_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const LONGEST_MESSAGE = 4_194_304;
/** No other attempt would mend these. */
const FINAL = new Set([401, 403]);

/**
 * Follows the statistics. EventSource can send no token, so the stream is read with fetch.
 * @param on `stats(statistics)`, `state('live' | 'connecting' | 'reconnecting')`, and `refused(status)`, the end
 * @returns a function that stops
 */
export function follow(on) {
  const stop = new AbortController();
  run(on, stop.signal).catch((error) => {
    if (!stop.signal.aborted) throw error;
  });
  return () => stop.abort();
}

async function run(on, stopped) {
  let failures = 0;
  on.state('connecting');
  while (!stopped.aborted) {
    try {
      const ended = await readOnce(stopped, (statistics) => {
        failures = 0;
        on.state('live');
        on.stats(statistics);
      });
      if (ended === 'expired') return on.refused(401);
    } catch (error) {
      if (error instanceof Refusal && FINAL.has(error.status)) return on.refused(error.status);
    }
    if (stopped.aborted) return;
    on.state('reconnecting');
    await pause(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++), stopped);
  }
}

/** Reads one connection to its end; resolves with the reason where the service gave one. */
async function readOnce(stopped, onStats) {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), SILENCE_MS);
  try {
    const response = await ask('/api/cache/stream', { signal: AbortSignal.any([stopped, silent.signal]) });
    for await (const message of messagesOf(response.body)) {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), SILENCE_MS);
      if (message.event === 'stats') onStats(message.data);
      if (message.event === 'end') return message.data.reason;
    }
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Server-sent events of one line of data each. */
async function* messagesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (buffered + value).split('\n\n');
    buffered = parts.pop();
    if (buffered.length > LONGEST_MESSAGE) throw new Error('The message is too long.');
    for (const part of parts) yield messageOf(part);
  }
}

function messageOf(text) {
  const fields = Object.fromEntries(text.split('\n').map((line) => line.split(/: (.*)/s, 2)));
  return { event: fields.event, data: fields.data === undefined ? undefined : JSON.parse(fields.data) };
}

function pause(durationMs, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
