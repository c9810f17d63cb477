import { bounded } from '@eso/runtime';
import { limits } from './limits.ts';

/**
 * Makes a text fit for conditions, events and logs: one line of at most 512 bytes. Control characters would let a backend
 * forge lines.
 */
export function publicText(text: string): string {
  return bounded(text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim(), limits.errorTextBytes);
}
