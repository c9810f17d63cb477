import { Fuel } from '@eso/runtime';
import { syncErrorOf } from '../testing/failure.ts';
import { checkNullBytes } from './null-bytes.ts';

const options = { fuel: new Fuel(Infinity), field: 'spec.data[0].remoteRef', names: 'public' } as const;
const data = new Map([
  ['z', Uint8Array.of(0)],
  ['b', Uint8Array.of(1, 0, 1)],
  ['a', Uint8Array.of(1)],
]);

test('policy Fail names the first key in byte order [1.11.24]', () => {
  expect(syncErrorOf(() => checkNullBytes(data, { ...options, policy: 'Fail' }))).toMatchObject({
    code: 'NULL_BYTES',
    publicMessage:
      'fetched secret value for key "b" contains null bytes; use a text-safe format such as PEM/base64 or leave ' +
      'nullBytePolicy unset for intentional binary data',
  });
});

test.each([undefined, 'Ignore' as const])('policy %s accepts them [1.2.30]', (policy) => {
  expect(() => checkNullBytes(data, { ...options, policy })).not.toThrow();
});

test('policy Fail accepts text', () => {
  expect(() => checkNullBytes(new Map([['a', Buffer.from('text')]]), { ...options, policy: 'Fail' })).not.toThrow();
});

test('a key from inside of a secret is not named [1.11.24]', () => {
  const { message } = syncErrorOf(() => checkNullBytes(data, { ...options, policy: 'Fail', names: 'secret' }));
  expect(message).not.toContain('"b"');
});
