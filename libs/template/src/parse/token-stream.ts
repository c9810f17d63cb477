import type { Lexer } from '../lex/lexer.ts';
import type { Token } from '../lex/token.ts';

/** The lexer with three tokens of look-ahead, shared by a text and the definitions inside it. */
export class TokenStream {
  readonly #lexer: Lexer;
  /** Tokens pushed back, the next one last. */
  readonly #pending: Token[] = [];
  #last: Token = { kind: 'eof', value: 'EOF', position: 0, line: 1 };
  #errorLine = 1;

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
  }

  /** The line that messages name: that of the token read last from the lexer. */
  get line(): number {
    return this.#errorLine;
  }

  next(): Token {
    let token = this.#pending.pop();
    if (token === undefined) {
      token = this.#lexer.next();
      this.#errorLine = token.line;
    }
    this.#last = token;
    return token;
  }

  peek(): Token {
    const token = this.next();
    this.#pending.push(token);
    return token;
  }

  /** Pushes tokens back; the last argument is read first. */
  pushBack(...tokens: readonly Token[]): void {
    this.#pending.push(...tokens);
  }

  /** Pushes back the token that `next` gave last. */
  backup(): void {
    this.#pending.push(this.#last);
  }

  nextNonSpace(): Token {
    for (;;) {
      const token = this.next();
      if (token.kind !== 'space') return token;
    }
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.#pending.push(token);
    return token;
  }
}
