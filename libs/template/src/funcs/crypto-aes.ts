import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { FunctionContext } from '../exec/functions.ts';
import { plainError } from '../value/go-error.ts';
import { count, shown } from '../value/public-text.ts';
import { fromBytes } from '../value/utf8.ts';
import { define, t } from './define.ts';
import { decodeGoBase64 } from './encoding.ts';
import { sliceBounds } from './go-panics.ts';

const blockSize = 16;

/** The first 32 bytes of the password, or the password and zeros behind it. */
function keyOf(password: string): Uint8Array {
  const key = Buffer.alloc(32);
  key.write(password, 'latin1');
  return key;
}

/** AES-256-CBC with a random IV in front, as base64. */
function encrypt(context: FunctionContext, password: string, text: string): string {
  if (text === '') return '';
  context.budget.allocate(4 * text.length);
  const iv = context.random.bytes(blockSize);
  const cipher = createCipheriv('aes-256-cbc', keyOf(password), iv);
  return Buffer.concat([iv, cipher.update(text, 'latin1'), cipher.final()]).toString('base64');
}

function decrypt(context: FunctionContext, password: string, base64: string): string {
  if (base64 === '') return '';
  context.budget.allocate(4 * base64.length);
  const decoded = decodeGoBase64(base64);
  if (!decoded.ok) throw plainError(shown`illegal base64 data at input byte ${count(decoded.offset)}`);
  const data = Buffer.from(decoded.bytes, 'latin1');
  checkLength(data.length, Math.floor(base64.length / 4) * 3);
  const decipher = createDecipheriv('aes-256-cbc', keyOf(password), data.subarray(0, blockSize));
  decipher.setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(data.subarray(blockSize)), decipher.final()]);
  // The reference looks at nothing but the last byte, so that a wrong password gives noise or this panic.
  const end = padded.length - (padded.at(-1) ?? 0);
  const problem = sliceBounds(undefined, end < 0 ? end : undefined, padded.length);
  if (problem !== undefined) throw problem;
  return fromBytes(padded.subarray(0, end));
}

/** Panics of Go for a text that is no IV and whole blocks. `capacity` is that of the buffer base64 was decoded into. */
function checkLength(length: number, capacity: number): void {
  const block = count(blockSize);
  if (capacity < blockSize) {
    throw plainError(shown`runtime error: slice bounds out of range [:${block}] with capacity ${count(capacity)}`);
  }
  if (length < blockSize) {
    throw plainError(shown`runtime error: slice bounds out of range [${block}:${count(length)}]`);
  }
  if (length % blockSize !== 0) throw plainError('crypto/cipher: input not full blocks');
  if (length === blockSize) throw plainError('runtime error: index out of range [-1]');
}

/** Encryption with a password. */
export const aesFunctions = [
  define('encryptAES', [t.string, t.string], t.string, encrypt),
  define('decryptAES', [t.string, t.string], t.string, decrypt),
];
