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

export type Keyword =
  'block' | 'break' | 'continue' | 'define' | 'else' | 'end' | 'if' | 'nil' | 'range' | 'template' | 'with';

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

export function isKeyword(kind: TokenKind): kind is Keyword {
  return keywords.has(kind);
}
