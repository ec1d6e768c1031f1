import fc from 'fast-check';
import { JsonNumber, parseExactJson } from './exact-json.js';

describe('parseExactJson', () => {
  it.each(['7.10', '0.0', '-0', '1E3', '28.104000000000003', '12345678901234567890.10', '1e999'])(
    '%s keeps every digit',
    (source) => {
      expect(parseExactJson(`{"value":[${source}]}`)).toEqual({ value: [new JsonNumber(source)] });
    },
  );

  it('all but numbers is as JSON.parse has it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.boolean(), fc.constant(null))),
        (value) => {
          const json = JSON.stringify(value);
          expect(parseExactJson(json)).toEqual(JSON.parse(json));
        },
      ),
    );
  });
});
