import fc from 'fast-check';
import { encode, messageReader, type KeeperMessage } from './keeper-protocol.js';

describe('messageReader', () => {
  it('reads the messages that were sent, however the stream was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.nat(200)), (lines, cuts) => {
        const sent = lines.map((line): KeeperMessage => ({ type: 'notice', line }));
        const stream = sent.map(encode).join('');
        const places = [0, ...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length];
        const read: KeeperMessage[] = [];
        const take = messageReader<KeeperMessage>((message) => read.push(message));

        for (const [i, place] of places.entries()) take(stream.slice(places[i - 1] ?? 0, place));

        expect(read).toEqual(sent);
      }),
    );
  });

  it('passes over what is no JSON object', () => {
    const read: unknown[] = [];
    const take = messageReader((message) => read.push(message));

    take('GET / HTTP/1.1\r\nnull\n7\n"text"\n{"type":"welcome"}\n');

    expect(read).toEqual([{ type: 'welcome' }]);
  });

  it('does not collect a line without end', () => {
    const read: unknown[] = [];
    const take = messageReader((message) => read.push(message));

    for (let i = 0; i < 100; i += 1) take('x'.repeat(10_000));
    take('\n{"type":"welcome"}\n');

    expect(read).toEqual([{ type: 'welcome' }]);
  });
});
