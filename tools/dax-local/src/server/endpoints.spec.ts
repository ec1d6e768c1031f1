import { addressBytes, encodeEndpoints } from './endpoints.js';

it('tells a node as real clusters do', () => {
  const endpoint = { id: 1, hostname: 'localhost', address: '127.0.0.1', port: 6_654, isLeader: true };

  expect(encodeEndpoints([endpoint], 1).toString('hex')).toBe(
    '81a7' +
      '0001' +
      '01696c6f63616c686f7374' +
      '02447f000001' +
      '031919fe' +
      '0401' +
      '05686c6f63616c2d3161' +
      '0601',
  );
});

it.each([
  ['10.0.0.255', '0a0000ff'],
  ['::ffff:127.0.0.1', '7f000001'],
  ['::1', '00000000000000000000000000000001'],
  ['2001:db8::ff00:42', '20010db8000000000000000000ff0042'.replace('00ff0042', 'ff000042')],
])('writes %s as bytes', (address, hex) => {
  expect(addressBytes(address).toString('hex')).toBe(hex);
});

it('refuses what is no address', () => {
  expect(() => addressBytes('localhost')).toThrow('no IP address: localhost');
});
