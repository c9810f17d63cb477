/** What a token is. The names follow Go's lexer, whose distinctions show in its messages. */
export type TokenKind =
  | 'error'
  | 'bool'
  | 'char'
  | 'charConstant'
  | 'complex'
  | 'assign'
  | 'declare'
  | 'eof'
  | 'field'
  | 'identifier'
  | 'leftDelim'
  | 'leftParen'
  | 'number'
  | 'pipe'
  | 'rawString'
  | 'rightDelim'
  | 'rightParen'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | 'dot'
  | Keyword;

/** A word of the language, which no function or field can be called. */
export type Keyword =
  'block' | 'break' | 'continue' | 'define' | 'else' | 'end' | 'if' | 'nil' | 'range' | 'template' | 'with';

/** All keywords. */
export const keywords: ReadonlySet<string> = new Set<Keyword>([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'nil',
  'range',
  'template',
  'with',
]);

/** One token. `value` is its source text, or the message of an `error`. */
export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  /** Offset in bytes. */
  readonly position: number;
  /** Counted from 1. */
  readonly line: number;
}

/** Whether a token is a keyword. */
export function isKeyword(kind: TokenKind): kind is Keyword {
  return keywords.has(kind);
}
