import { bounded, plainText } from '@eso/runtime';
import { limits } from './limits.ts';

/** Characters that are looked at: some more than can be shown, since white space shrinks. */
const READ_CHARACTERS = 4 * limits.errorTextBytes;

/**
 * Makes a text fit for conditions, events and logs: one line of at most 512 bytes, of which everything is seen in the order in which it
 * stands (see `plainText`). Of a text that is much longer, the rest is not looked at.
 */
export function publicText(text: string): string {
  return bounded(plainText(text.slice(0, READ_CHARACTERS)).trim(), limits.errorTextBytes);
}

/**
 * A text of somebody else (a peer without our error detail, an admission webhook) as a quotation within a text of ours: one line, in
 * double quotes, of at most 256 bytes with them. Its own double quotes become single ones, so that it ends where it seems to end.
 * @returns the empty text where nothing of `text` is to be seen
 */
export function quotedText(text: string): string {
  const words = plainText(text.slice(0, READ_CHARACTERS)).trim().replaceAll('"', "'");
  return words === '' ? '' : `"${bounded(words, limits.quotedTextBytes - 2)}"`;
}
