import fc from 'fast-check';
import { randomSerial } from './serial.ts';

test('every serial is a positive DER integer of minimal length with the same value', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      fc.pre(bytes.some((byte) => byte !== 0));
      const serial = randomSerial(bytes);
      expect(serial[0]! & 0x80).toBe(0);
      expect(serial[0] !== 0 || (serial[1]! & 0x80) !== 0).toBe(true);
      expect(BigInt(`0x${Buffer.from(serial).toString('hex')}`)).toBe(
        BigInt(`0x${Buffer.from(bytes).toString('hex')}`),
      );
    }),
  );
});

test('zero is drawn again', () => {
  expect(randomSerial(new Uint8Array(16)).some((byte) => byte !== 0)).toBe(true);
});

test('serials have 128 bits of chance', () => {
  const serials = new Set(Array.from({ length: 100 }, () => Buffer.from(randomSerial()).toString('hex')));
  expect(serials.size).toBe(100);
  expect(Math.max(...[...serials].map((serial) => serial.length))).toBeGreaterThanOrEqual(32);
});
