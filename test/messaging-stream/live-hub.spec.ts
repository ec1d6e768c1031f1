import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { LiveHub } from '../../src/messaging/live/live-hub.js';
import type { MessageEvent } from '../../src/messaging/postgres/message-events.repository.js';
import { waitUntil } from '../support/wait-until.js';
import { times } from './support.js';

const SUBJECT = randomUUID();
const NEVER_MS = Number.MAX_SAFE_INTEGER;

/** A hub over a log that a test fills, and the listener that tells it. */
class Bench {
  private readonly log: MessageEvent[] = [];
  private heard = (): void => undefined;
  readonly hub = new LiveHub(
    {
      after: (seq: number, limit: number) => this.read(seq, Infinity, limit),
      ofUser: (_: string, seq: number, last: number, limit: number) => this.read(seq, last, limit),
      bounds: () => Promise.resolve({ oldest: this.log.length === 0 ? 0 : 1, newest: this.log.length }),
    } as never,
    {
      listen: (heard: () => void) => {
        this.heard = heard;
        return Promise.resolve();
      },
      close: () => undefined,
    } as never,
  );

  /** Answers in a later turn, as a database does. */
  private async read(seq: number, last: number, limit: number): Promise<MessageEvent[]> {
    await turn();
    return this.log.filter((event) => event.seq > seq && event.seq <= last).slice(0, limit);
  }

  append(count: number): void {
    for (let i = 0; i < count; i += 1) {
      const seq = this.log.length + 1;
      const messageId = String(seq).padStart(26, '0');
      this.log.push({
        seq,
        conversationId: randomUUID(),
        messageId,
        participants: [SUBJECT],
        at: new Date(),
      });
    }
    this.heard();
  }
}

describe('live clients of one instance', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.hub.onModuleDestroy());

  it('who has missed much and reads at its own pace gets all of it, and is not dropped', async () => {
    bench.append(3_000);
    const stream = await bench.hub.open(SUBJECT, NEVER_MS, 1);
    let text = '';
    for await (const chunk of stream) {
      text += String(chunk);
      // Far slower than the log is read.
      for (let turns = 0; turns < 20; turns += 1) await turn();
      if (text.includes('id: 3000\n')) break;
    }

    const seqs = [...text.matchAll(/^event: message\nid: (\d+)$/gm)].map(([, seq]) => Number(seq));
    expect(seqs).toEqual(times(2_999, (index) => index + 2));
    expect(bench.hub.dropped).toBe(0);
  });

  it('a client that takes nothing is dropped once, and holds up nobody', async () => {
    await bench.hub.open(SUBJECT, NEVER_MS, undefined);
    const stream = await bench.hub.open(SUBJECT, NEVER_MS, undefined);
    let text = '';
    stream.on('data', (chunk) => (text += String(chunk)));
    bench.append(2_000);
    await waitUntil('the other one has all', () => text.includes('id: 2000\n'));

    expect(bench.hub.dropped).toBe(1);
    expect(bench.hub.clientCount).toBe(1);
  });

  it('who stops reading while it catches up is dropped after 30 s in which it took nothing', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    try {
      bench.append(3_000);
      const stream = await bench.hub.open(SUBJECT, NEVER_MS, 1);
      while (stream.readableLength < 10_000) await turn();
      for (let turns = 0; turns < 10; turns += 1) await turn();
      jest.advanceTimersByTime(29_000);
      expect(stream.read(100)).toHaveLength(100);
      jest.advanceTimersByTime(30_000);
      await turn();
      expect([bench.hub.dropped, bench.hub.clientCount]).toEqual([0, 1]);

      jest.advanceTimersByTime(1_000);
      await turn();
      expect([bench.hub.dropped, bench.hub.clientCount]).toEqual([1, 0]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('a comment every 15 s keeps a connection open over which nothing happens', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    try {
      const stream = await bench.hub.open(SUBJECT, NEVER_MS, undefined);
      const comments = () => String(stream.read() ?? '').split(': \n\n').length - 1;
      jest.advanceTimersByTime(14_999);
      expect(comments()).toBe(0);
      jest.advanceTimersByTime(1);
      expect(comments()).toBe(1);
      jest.advanceTimersByTime(30_000);
      expect(comments()).toBe(2);
    } finally {
      jest.useRealTimers();
    }
  });
});
