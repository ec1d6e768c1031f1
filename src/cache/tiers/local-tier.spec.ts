import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Entry } from './entry.js';
import { LocalTier } from './local-tier.js';

const MIB = 1024 * 1024;

function entry(overrides: Partial<Entry> = {}): Entry {
  return {
    content: 'value',
    size: 100,
    isAbsence: false,
    everything: '1.aaaaaaaaaaaa',
    dependencies: new Map(),
    createdAtMs: 0,
    expiresAtMs: 1_000,
    loadMs: 1,
    ...overrides,
  };
}

/** Bytes of a buffer that is no part of a slab, as the cache keeps them. */
function bytes(length: number): Buffer {
  return Buffer.allocUnsafeSlow(length).fill(1);
}

function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('LocalTier', () => {
  // Guards local-tier.ts: `maxSize` with `sizeCalculation`.
  it('10,000 entries: never over its bytes, the least recently used go first', () => {
    const tier = new LocalTier(4 * MIB);
    let most = 0;
    for (let i = 0; i < 10_000; i++) {
      tier.set(`key ${i}`, `partition ${i}`, entry({ size: 1_000 }));
      tier.get('key 0', 0);
      most = Math.max(most, tier.bytes);
    }

    expect(most).toBeLessThanOrEqual(4 * MIB);
    expect(tier.size).toBeGreaterThan(2_000);
    expect(tier.get('key 0', 0)).toBeDefined();
    expect(tier.get('key 1', 0)).toBeUndefined();
    expect(tier.get('key 9999', 0)).toBeDefined();
  });

  // Guards local-tier.ts: OVERHEAD_BYTES and BYTES_PER_CODE_UNIT.
  it.each([[64], [1_000]])(
    '10,000 entries of %p bytes: the process pays what the tier counts, within 5 %%',
    (length) => {
      const tier = new LocalTier(512 * MIB);
      const before = usedBytes();
      for (let i = 0; i < 10_000; i++) {
        const partition = `GET /api/patients/:id#${JSON.stringify([{ id: `7b1d4a52-8f0e-4c3b-9a57-${i}` }])}`;
        const key = `${partition}\n*@1.aaaaaaaaaaaa patient:7b1d4a52-8f0e-4c3b-9a57-${i}@1.bbbbbbbbbbbb`;
        tier.set(key, partition, entry({ content: bytes(length), size: length }));
      }
      const paid = usedBytes() - before;

      expect(tier.size).toBe(10_000);
      expect(paid).toBeLessThanOrEqual(tier.bytes * 1.05);
    },
  );

  // Guards local-tier.ts: flatten.
  it('keys that were put together from many parts take no more than what the tier counts', () => {
    const tier = new LocalTier(512 * MIB);
    const before = usedBytes();
    for (let i = 0; i < 10_000; i++) {
      let key = 'record#[';
      for (let part = 0; part < 12; part++) key += `${i}.${part} patient@`;
      tier.set(key, `record#${i}`, entry({ content: bytes(64), size: 64 }));
    }
    const paid = usedBytes() - before;

    expect(paid).toBeLessThanOrEqual(tier.bytes * 1.05);
  });

  // Guards local-tier.ts, get: `expiresAtMs > nowMs`, and `delete`.
  it('what expired is gone, and takes no room', () => {
    const tier = new LocalTier(MIB);
    tier.set('key', 'partition', entry({ expiresAtMs: 10 }));

    expect(tier.get('key', 9)).toBeDefined();
    expect(tier.get('key', 10)).toBeUndefined();
    expect(tier.bytes).toBe(0);
  });

  // Guards local-tier.ts: `maxSize`, above which lru-cache keeps nothing; and `this.rows.has(key)`.
  it('an entry larger than the whole tier is not kept, and pushes nothing out', () => {
    const tier = new LocalTier(MIB);
    tier.set('small', 'partition', entry({ createdAtMs: 1 }));
    tier.set('large', 'partition', entry({ size: MIB, createdAtMs: 2 }));

    expect(tier.size).toBe(1);
    expect(tier.newest('partition', 0)?.createdAtMs).toBe(1);
  });

  describe('the newest of a partition', () => {
    // Guards local-tier.ts, set: `isNewest`.
    it('is the one that was created last, not the one that was stored last', () => {
      const tier = new LocalTier(MIB);
      tier.set('v2', 'p', entry({ createdAtMs: 20 }));
      tier.set('v1', 'p', entry({ createdAtMs: 10 }));
      expect(tier.newest('p', 0)?.createdAtMs).toBe(20);
      tier.set('v3', 'p', entry({ createdAtMs: 30 }));

      expect(tier.newest('p', 0)?.createdAtMs).toBe(30);
      expect(tier.newest('other', 0)).toBeUndefined();
    });

    // Guards local-tier.ts: `dispose`, which forgets the pointer of what is pushed out.
    it('it was pushed out: none, rather than an older one', () => {
      const tier = new LocalTier(4_096);
      tier.set('v1', 'p', entry({ createdAtMs: 10 }));
      tier.set('v2', 'p', entry({ createdAtMs: 20 }));
      for (let i = 0; i < 20; i++) {
        tier.get('v1', 0);
        tier.set(`key ${i}`, `q${i}`, entry());
      }

      expect(tier.get('v1', 0)).toBeDefined();
      expect(tier.newest('p', 0)).toBeUndefined();
    });

    // Guards local-tier.ts, newest: it goes through `get`.
    it('it expired: none', () => {
      const tier = new LocalTier(MIB);
      tier.set('v1', 'p', entry({ createdAtMs: 10, expiresAtMs: 100 }));
      expect(tier.newest('p', 99)).toBeDefined();
      expect(tier.newest('p', 100)).toBeUndefined();
    });

    // Guards local-tier.ts: the pointers go with their entries, so that they take no room for ever.
    it('10,000 partitions pass through a small tier: pointers are only to what is there', () => {
      const tier = new LocalTier(64 * 1024);
      for (let i = 0; i < 10_000; i++) tier.set(`key ${i}`, `p${i}`, entry());
      const pointers = (tier as unknown as { last: Map<string, string> }).last;

      expect(pointers.size).toBe(tier.size);
    });
  });

  // Guards local-tier.ts, clear.
  it('clear: nothing is left', () => {
    const tier = new LocalTier(MIB);
    tier.set('key', 'p', entry());
    tier.clear();

    expect(tier.bytes).toBe(0);
    expect(tier.newest('p', 0)).toBeUndefined();
  });
});
