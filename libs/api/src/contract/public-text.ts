import { bounded } from '@eso/runtime';
import { limits } from './limits.ts';

/** Characters that are looked at: some more than can be shown, since white space shrinks. */
const READ_CHARACTERS = 4 * limits.errorTextBytes;

/**
 * Makes a text fit for conditions, events and logs: one line of at most 512 bytes. Control characters would let a backend
 * forge lines. Of a text that is much longer, the rest is not looked at.
 */
export function publicText(text: string): string {
  return bounded(
    text
      .slice(0, READ_CHARACTERS)
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim(),
    limits.errorTextBytes,
  );
}
