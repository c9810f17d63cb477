import { countRunes } from '../value/utf8.ts';

/** The flags of one verb. Width and precision are absent where the format gives none. */
export interface FormatFlags {
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%+v`: field names. */
  plusV: boolean;
  /** `%#v`: Go syntax. */
  sharpV: boolean;
  width: number | undefined;
  precision: number | undefined;
}

/** Flags with nothing set. */
export function noFlags(): FormatFlags {
  return {
    minus: false,
    plus: false,
    sharp: false,
    space: false,
    zero: false,
    plusV: false,
    sharpV: false,
    width: undefined,
    precision: undefined,
  };
}

/** `count` filling characters: zeros only where asked for and only to the left. */
export function padding(flags: FormatFlags, count: number): string {
  if (count <= 0) return '';
  return (flags.zero && !flags.minus ? '0' : ' ').repeat(count);
}

/** The text filled to the width, which counts runes. */
export function pad(flags: FormatFlags, text: string): string {
  if (flags.width === undefined || flags.width === 0) return text;
  const fill = padding(flags, flags.width - countRunes(text));
  return flags.minus ? text + fill : fill + text;
}

/** The text filled to the width with blanks, whatever the zero flag says. */
export function padWithBlanks(flags: FormatFlags, text: string): string {
  return pad({ ...flags, zero: false }, text);
}
