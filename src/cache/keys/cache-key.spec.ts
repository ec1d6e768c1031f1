import { createHash, createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { KeyScheme, type KeyedCall } from './cache-key.js';
import { canonicalArguments } from './canonical-arguments.js';
import { CacheUsageError } from '../base/errors.js';
import { collectionTag, EVERYTHING, uuidTag, type Tag } from '../versions/tag.js';
import type { TagVersions, Version } from '../versions/version.js';

const id = '0bfeda65-c8ac-4dd7-a46c-d69e665996d4';
const patient = uuidTag('patient')(id);
const versions: TagVersions = new Map([
  [patient, { counter: 17, nonce: '9f3ac1' }],
  [EVERYTHING, { counter: 3, nonce: 'a0' }],
]);
const call: KeyedCall = { name: 'GET /api/patients/:id', args: canonicalArguments([{ id }]) };
const secret = 'a secret of more than 32 characters';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');
const hmac = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url');

const tokens = fc.constantFrom(
  '#',
  '@',
  '%',
  '~',
  '=',
  ':',
  ' ',
  '\n',
  '%23;',
  '[',
  ']',
  '"',
  'a',
  '-',
  '\ud800',
);
const texts = fc.array(tokens, { maxLength: 4 }).map((parts) => parts.join(''));
const tagVersions = fc
  .array(
    fc.tuple(
      fc.constantFrom<Tag>(
        EVERYTHING,
        patient,
        collectionTag('a'),
        collectionTag('a-b'),
        collectionTag('ab'),
      ),
      fc.record({ counter: fc.nat(12), nonce: fc.constantFrom('1', '11', 'a') }, { noNullPrototype: true }),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => new Map<Tag, Version>(pairs));
// Without null prototypes: by them equal inputs would count as different.
const inputs = fc.record(
  {
    namespace: texts.map((text) => `n${text}`),
    name: texts,
    args: fc.array(fc.oneof(texts, fc.constant('x'.repeat(300))), { maxLength: 2 }),
    versions: tagVersions,
  },
  { noNullPrototype: true },
);

describe('KeyScheme', () => {
  it('makes readable keys', () => {
    expect(new KeyScheme('build.db:5432/careline').of(call, versions)).toMatchObject({
      localPartition: `GET /api/patients/:id#[{"id":"${id}"}]`,
      local: `GET /api/patients/:id#[{"id":"${id}"}]\n*@3.a0 patient:${id}@17.9f3ac1`,
      args: undefined,
      entry: {
        partition: `build.db%3a;5432/careline:GET /api/patients/:id#=[{"id":"${id}"}]`,
        versions: `*@3.a0 patient:${id}@17.9f3ac1`,
      },
    });
  });

  it('makes the same key of the same versions in another order', () => {
    const reversed = new Map([...versions].reverse());
    const keys = new KeyScheme('ns');
    expect(keys.of(call, reversed).local).toBe(keys.of(call, versions).local);
    expect(keys.of(call, reversed).entry).toEqual(keys.of(call, versions).entry);
  });

  it('makes a key where there is no authority', () => {
    expect(new KeyScheme('ns').of(call, new Map()).entry.versions).toBe('-');
  });

  it.each([
    ['readable', undefined],
    ['secret', secret],
  ])('makes different %s keys of different inputs, whatever stands in them', (_kind, by) => {
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        fc.pre(!isDeepStrictEqual(one, other));
        const [first, second] = [one, other].map(({ namespace, name, args, versions: at }) =>
          new KeyScheme(namespace, by).of({ name, args: canonicalArguments(args) }, at),
        );
        expect(second!.entry).not.toEqual(first!.entry);
        // A process has one namespace.
        if (one.namespace === other.namespace) expect(second!.local).not.toBe(first!.local);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['readable', undefined],
    ['secret', secret],
  ])('makes %s keys that a store takes, however long the inputs are', (_kind, by) => {
    const longText = fc
      .tuple(fc.string({ unit: 'grapheme', maxLength: 5 }), fc.integer({ min: 0, max: 400 }))
      .map(([text, times]) => text.repeat(times));
    const long = fc.record({
      name: longText,
      args: fc.array(longText, { maxLength: 3 }),
      tags: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(long, ({ name, args, tags }) => {
        const many = new Map(
          Array.from({ length: tags }, (_, i) => [
            collectionTag(`collection-${i}`),
            { counter: i, nonce: 'a' },
          ]),
        );
        const { entry } = new KeyScheme('é'.repeat(150), by).of(
          { name, args: canonicalArguments(args) },
          many,
        );
        expect(Buffer.byteLength(entry.partition)).toBeLessThanOrEqual(1_024);
        expect(Buffer.byteLength(entry.versions)).toBeLessThanOrEqual(900);
        expect(entry.partition.isWellFormed()).toBe(true);
      }),
    );
  });

  it('hashes arguments of more than 200 bytes, and gives them to be verified', () => {
    const keys = new KeyScheme('ns');
    const of = (args: string) => keys.of({ name: 'f', args }, versions);
    const short = canonicalArguments(['x'.repeat(196)]);
    expect(of(short)).toMatchObject({ args: undefined, entry: { partition: `ns:f#=${short}` } });
    for (const long of [canonicalArguments(['x'.repeat(197)]), canonicalArguments(['é'.repeat(99)])]) {
      expect(of(long)).toMatchObject({ args: long, entry: { partition: `ns:f#~${sha256(long)}` } });
      expect(of(long).local).toContain(long);
    }
  });

  it('never takes a text for the hash of another', () => {
    const keys = new KeyScheme('ns');
    const args = canonicalArguments(['x'.repeat(300)]);
    const hashed = keys.of({ name: 'f', args }, versions).entry.partition;
    for (const forged of [`~${sha256(args)}`, sha256(args)]) {
      expect(keys.of({ name: 'f', args: forged }, versions).entry.partition).not.toBe(hashed);
      expect(keys.of({ name: `f#${forged}`, args: '' }, versions).entry.partition).not.toBe(hashed);
    }
  });

  it.each([
    ['readable', undefined],
    ['secret', secret],
  ])('keeps name and arguments apart in %s keys, also where both are any text', (_kind, by) => {
    const keys = new KeyScheme('ns', by);
    for (const separator of ['#', '#=', '\n']) {
      const parts = ['f', 'a', 'b', 'c'];
      // One text, cut in two at each separator.
      const cuts = [1, 2, 3].map((at) => {
        const [name, args] = [parts.slice(0, at), parts.slice(at)].map((side) => side.join(separator));
        return keys.of({ name: name ?? '', args: args ?? '' }, versions);
      });
      expect(new Set(cuts.map(({ local }) => local)).size).toBe(3);
      expect(new Set(cuts.map(({ entry }) => entry.partition)).size).toBe(3);
    }
  });

  it('hashes versions of more than 900 bytes', () => {
    const many = new Map(
      Array.from({ length: 25 }, (_, i) => [uuidTag(`k${i}`)(id), { counter: i, nonce: 'a' }]),
    );
    const { local, localPartition, entry } = new KeyScheme('ns').of(call, many);
    expect(entry.versions).toBe(`~${sha256(local.slice(localPartition.length + 1))}`);
  });

  it('with a secret, tells nothing but the namespace', () => {
    const { entry, args, local, localPartition } = new KeyScheme('ns', secret).of(call, versions);
    expect(entry).toEqual({
      partition: `ns:~${hmac(`partition\n${localPartition}`)}`,
      versions: `~${hmac(`versions\n${local.slice(localPartition.length + 1)}`)}`,
    });
    expect(args).toBe(call.args);
    expect(new KeyScheme('ns', `${secret}2`).of(call, versions).entry).not.toEqual(entry);
  });

  it('hashes only what is asked for, and once', () => {
    const keys = new KeyScheme('ns', secret).of(call, versions);
    expect(keys.entry).toBe(keys.entry);
  });

  it.each<[string, string, string | undefined]>([
    ['an empty namespace', '', secret],
    ['a namespace of more than 300 bytes', 'é'.repeat(151), secret],
    ['an empty secret', 'ns', ''],
  ])('refuses %s', (_what, namespace, by) => {
    expect(() => new KeyScheme(namespace, by)).toThrow(CacheUsageError);
  });
});
