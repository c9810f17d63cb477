import { decryptRc2 } from './rc2.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

// RFC 2268, section 5: effective key bits, key, plain, cipher. A block decrypted in CBC with the IV `plain ^ 0808…` ends in a
// padding of eight, whatever it was.
const vectors = [
  [63, '0000000000000000', '0000000000000000', 'ebb773f993278eff'],
  [64, 'ffffffffffffffff', 'ffffffffffffffff', '278b27e42e2f0d49'],
  [64, '3000000000000000', '1000000000000001', '30649edf9be7d2c2'],
  [64, '88', '0000000000000000', '61a8a244adacccf0'],
  [64, '88bca90e90875a', '0000000000000000', '6ccf4308974c267f'],
  [64, '88bca90e90875a7f0f79c384627bafb2', '0000000000000000', '1a807d272bbe5db1'],
  [128, '88bca90e90875a7f0f79c384627bafb2', '0000000000000000', '2269552ab0f85ca6'],
  [129, '88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e', '0000000000000000', '5b78d3a43dfff1f1'],
] as const;

test.each(vectors)('RFC 2268: %i bits of %s', (bits, key, plain, cipher) => {
  const block = hex(cipher);
  const iv = Buffer.from(hex(plain).map((byte) => byte ^ 8));
  expect(decryptRc2(bits, hex(key), iv, block)).toHaveLength(0);
});

test('wrong padding and broken blocks are refused', () => {
  const key = hex('ffffffffffffffff');
  expect(() => decryptRc2(64, key, new Uint8Array(8), hex('278b27e42e2f0d49'))).toThrow('padding');
  expect(() => decryptRc2(64, key, new Uint8Array(8), new Uint8Array(7))).toThrow('blocks');
  expect(() => decryptRc2(64, key, new Uint8Array(8), new Uint8Array())).toThrow('blocks');
});
