import { formatAddress, parseListenAddress } from './address.ts';

test.each([
  [':8080', '', 8080],
  ['127.0.0.1:0', '127.0.0.1', 0],
  ['localhost:65535', 'localhost', 65535],
  ['[::1]:80', '::1', 80],
  ['[fe80::1%eth0]:80', 'fe80::1%eth0', 80],
])('%s', (text, host, port) => {
  expect(parseListenAddress(text)).toEqual({ host, port });
  expect(formatAddress({ host, port })).toBe(text);
});

test.each(['', '8080', 'localhost', 'localhost:', ':65536', '::1:80', '[nonsense]:80', 'http://a:80', 'a b:80', ':-1'])(
  '%j is refused',
  (text) => {
    expect(() => parseListenAddress(text)).toThrow(expect.objectContaining({ code: 'INVALID_ADDRESS' }) as Error);
  },
);
