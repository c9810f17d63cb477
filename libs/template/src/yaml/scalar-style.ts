import { resolvePlain } from './resolve.ts';

/** How a text is written. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

/** Length in bytes of the character that starts with the byte. */
export function widthOf(byte: string): number {
  if (byte < '\x80') return 1;
  if (byte < '\xe0') return 2;
  return byte < '\xf0' ? 3 : 4;
}

/** The character at a place of a byte string, as its bytes. */
export function charAt(text: string, at: number): string {
  return text.slice(at, at + widthOf(text.charAt(at)));
}

const breaks: ReadonlySet<string> = new Set(['\r', '\n', '\xc2\x85', '\xe2\x80\xa8', '\xe2\x80\xa9']);

/** Whether a character, as a byte string, ends a line for libyaml. */
export function isBreak(char: string): boolean {
  return breaks.has(char);
}

/** libyaml's idea of printable, which ends at U+FFFD: characters beyond are escaped. */
export function isPrintable(char: string): boolean {
  if (char.length === 1) return char === '\n' || (char >= ' ' && char <= '~');
  if (char.length === 2) return char >= '\xc2\xa0';
  if (char.length === 4) return false;
  if (char === '\xef\xbb\xbf' || char === '\xef\xbf\xbe' || char === '\xef\xbf\xbf') return false;
  return char < '\xed\xa0' || char >= '\xee';
}

interface Analysis {
  readonly multiline: boolean;
  readonly plainAllowed: boolean;
  readonly singleAllowed: boolean;
  readonly blockAllowed: boolean;
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t';
}

function hasIndicators(text: string): boolean {
  if (text.startsWith('---') || text.startsWith('...')) return true;
  const followedByBlank = (at: number) => at >= text.length || isBlank(text.charAt(at));
  if ('#,[]{}&*!|>\'"%@`'.includes(text.charAt(0))) return true;
  if ('?:-'.includes(text.charAt(0)) && followedByBlank(1)) return true;
  for (let at = 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === ':' && followedByBlank(at + 1)) return true;
    if (char !== '#') continue;
    // A break of several bytes counts as well.
    const before = text.slice(0, at);
    if (/[ \t\r\n\0]$/.test(before) || [...breaks].some((lineBreak) => before.endsWith(lineBreak))) return true;
  }
  return false;
}

function analyse(text: string): Analysis {
  if (text === '') return { multiline: false, plainAllowed: true, singleAllowed: true, blockAllowed: false };
  let multiline = false;
  let special = false;
  let breakThenSpace = false;
  let spaceThenBreak = false;
  let previous = '';
  for (let at = 0; at < text.length; at += widthOf(text.charAt(at))) {
    const char = charAt(text, at);
    if (!isPrintable(char)) special = true;
    if (char === ' ') breakThenSpace ||= isBreak(previous);
    else if (isBreak(char)) {
      multiline = true;
      spaceThenBreak ||= previous === ' ';
    }
    previous = char;
  }
  const outerBlank = /^ | $/.test(text) || isBreak(charAt(text, 0)) || isBreak(previous);
  const escapes = spaceThenBreak || special;
  return {
    multiline,
    plainAllowed: !(outerBlank || breakThenSpace || escapes || multiline || hasIndicators(text)),
    singleAllowed: !(breakThenSpace || escapes),
    blockAllowed: !(text.endsWith(' ') || escapes),
  };
}

/** Base 60 numbers are texts to go-yaml but numbers to other readers of YAML 1.1. */
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** What decides on the style of a text. */
export interface ScalarChoice {
  readonly style: ScalarStyle;
  readonly multiline: boolean;
}

/** The style that go-yaml 2 picks. A text that would be read as something else is quoted. */
export function chooseStyle(text: string, isSimpleKey: boolean): ScalarChoice {
  const { multiline, plainAllowed, singleAllowed, blockAllowed } = analyse(text);
  const isText = resolvePlain(text).kind === 'text' && !base60.test(text);
  let style: ScalarStyle = text.includes('\n') ? 'literal' : isText ? 'plain' : 'double';
  if (isSimpleKey && multiline) style = 'double';
  if (style === 'plain' && (!plainAllowed || (text === '' && isSimpleKey))) style = 'single';
  if (style === 'single' && !singleAllowed) style = 'double';
  if (style === 'literal' && (!blockAllowed || isSimpleKey)) style = 'double';
  return { style, multiline };
}
