import { ExecutionBudget } from '../exec/limits.ts';
import type { Limits } from '../exec/limits.ts';
import type { Delimiters } from '../lex/lexer.ts';
import { Lexer } from '../lex/lexer.ts';
import type { Token, TokenKind } from '../lex/token.ts';
import { isKeyword } from '../lex/token.ts';
import { quote, unquote } from '../strconv/quote.ts';
import { runesOf, fromRunes } from '../value/utf8.ts';
import type { BranchNode, CommandNode, ListNode, Node, Operand, PipeNode, Tree, VariableNode } from './nodes.ts';
import { parseNumberNode } from './number.ts';
import { ParseError } from './parse-error.ts';
import { printNode } from './print-node.ts';
import { TokenStream } from './token-stream.ts';

/** What a text is parsed with. */
export interface ParseOptions {
  readonly delimiters: Delimiters;
  /** Only `nesting` counts here. */
  readonly limits: Limits;
  hasFunction(name: string): boolean;
}

/** The templates of one text by name. */
export type TreeSet = Map<string, Tree>;

const operandKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'charConstant',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'leftParen',
]);

const literalKinds: ReadonlySet<Node['kind']> = new Set<Node['kind']>(['bool', 'string', 'number', 'nil', 'dot']);

/** A token as messages name it. */
function describe(token: Token): string {
  if (token.kind === 'eof') return 'EOF';
  if (token.kind === 'error') return token.value;
  if (isKeyword(token.kind) || token.kind === 'dot') return `<${token.value}>`;
  if (token.value.length <= 10) return quote(token.value);
  return `${quote(fromRunes(runesOf(token.value).slice(0, 10)))}...`;
}

/** True for a tree of nothing but blanks and definitions: a later definition replaces it, and it replaces none. */
function isEmpty(node: Node): boolean {
  if (node.kind === 'list') return node.nodes.every(isEmpty);
  return node.kind === 'text' && /^[\t-\r \x85\xa0]*$/.test(node.text) && node.text.trim() === '';
}

/** Parses a text and the templates defined inside it. Throws `ParseError`, or `LimitError` when it is nested too deep. */
export function parse(name: string, text: string, options: ParseOptions): TreeSet {
  const trees: TreeSet = new Map();
  const tokens = new TokenStream(new Lexer(text, options.delimiters));
  new Parser({ parseName: name, text, tokens, trees, options }).parseText(name);
  return trees;
}

/** What a text's parser shares with the parsers of its definitions. */
interface Shared {
  readonly parseName: string;
  readonly text: string;
  readonly tokens: TokenStream;
  readonly trees: TreeSet;
  readonly options: ParseOptions;
}

/** Parses one tree. Each definition inside a text gets a parser of its own, which sees no variables of its surroundings. */
class Parser {
  readonly #shared: Shared;
  readonly #tokens: TokenStream;
  readonly #variables: string[] = ['$'];
  readonly #budget: ExecutionBudget;
  #rangeDepth = 0;
  #nesting: number;
  #actionLine = 0;

  constructor(shared: Shared, nesting = 0) {
    this.#shared = shared;
    this.#tokens = shared.tokens;
    this.#budget = new ExecutionBudget(shared.options.limits);
    this.#nesting = nesting;
  }

  /** The whole text: a list in which definitions may stand. */
  parseText(name: string): void {
    const nodes: Node[] = [];
    const position = this.#tokens.peek().position;
    while (this.#tokens.peek().kind !== 'eof') {
      if (this.#tokens.peek().kind === 'leftDelim') {
        const delimiter = this.#tokens.next();
        const word = this.#tokens.nextNonSpace();
        if (word.kind === 'define') {
          new Parser(this.#shared, this.#nesting).#definition();
          continue;
        }
        this.#tokens.pushBack(word, delimiter);
      }
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else') this.#fail(`unexpected ${printNode(node)}`);
      nodes.push(node);
    }
    this.#add(name, { kind: 'list', position, nodes });
  }

  #definition(): void {
    const context = 'define clause';
    const token = this.#tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    this.#expect('rightDelim', context);
    const { list, end } = this.#itemList();
    if (end.kind !== 'end') this.#fail(`unexpected ${printNode(end)} in ${context}`);
    this.#add(name, list);
  }

  #add(name: string, root: ListNode): void {
    const { parseName, text, trees } = this.#shared;
    const earlier = trees.get(name);
    if (earlier === undefined || isEmpty(earlier.root)) trees.set(name, { name, parseName, text, root });
    else if (!isEmpty(root)) this.#fail(`template: multiple definition of template ${quote(name)}`);
  }

  #fail(message: string): never {
    throw new ParseError(this.#shared.parseName, this.#tokens.line, message);
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.#fail(`unexpected ${describe(token)} in ${context}`);
    let place = '';
    if (this.#actionLine !== 0 && this.#actionLine !== token.line) {
      const start = `started at ${this.#shared.parseName}:${this.#actionLine}`;
      place = token.value.endsWith(' action') ? ` ${start}` : ` in action ${start}`;
    }
    this.#fail(token.value + place);
  }

  #expect(kind: TokenKind, context: string): Token {
    const token = this.#tokens.nextNonSpace();
    if (token.kind !== kind) this.#unexpected(token, context);
    return token;
  }

  #nest<T>(parse: () => T): T {
    this.#budget.nest(++this.#nesting);
    const result = parse();
    this.#nesting--;
    return result;
  }

  /** Nodes up to the `{{end}}` or `{{else}}` that closes them. */
  #itemList(): { list: ListNode; end: Node } {
    const nodes: Node[] = [];
    const list: ListNode = { kind: 'list', position: this.#tokens.peekNonSpace().position, nodes };
    while (this.#tokens.peekNonSpace().kind !== 'eof') {
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else') return { list, end: node };
      nodes.push(node);
    }
    this.#fail('unexpected EOF');
  }

  #textOrAction(): Node {
    const token = this.#tokens.nextNonSpace();
    if (token.kind === 'text') return { kind: 'text', position: token.position, text: token.value };
    if (token.kind !== 'leftDelim') this.#unexpected(token, 'input');
    this.#actionLine = token.line;
    const node = this.#action();
    this.#actionLine = 0;
    return node;
  }

  #action(): Node {
    const token = this.#tokens.nextNonSpace();
    switch (token.kind) {
      case 'block':
        return this.#nest(() => this.#block());
      case 'break':
      case 'continue':
        return this.#jump(token.kind, token.position);
      case 'else':
        return this.#else();
      case 'end':
        return { kind: 'end', position: this.#expect('rightDelim', 'end').position };
      case 'if':
      case 'range':
      case 'with': {
        const { kind } = token;
        return this.#nest(() => this.#branch(kind));
      }
      case 'template':
        return this.#template();
      default:
        this.#tokens.backup();
        return {
          kind: 'action',
          position: this.#tokens.peek().position,
          pipe: this.#pipeline('command', 'rightDelim'),
        };
    }
  }

  #jump(kind: 'break' | 'continue', position: number): Node {
    const token = this.#tokens.nextNonSpace();
    if (token.kind !== 'rightDelim') this.#unexpected(token, `{{${kind}}}`);
    if (this.#rangeDepth === 0) this.#fail(`{{${kind}}} outside {{range}}`);
    return { kind, position };
  }

  #else(): Node {
    // `else if` and `else with` are left for the branch to read.
    const next = this.#tokens.peekNonSpace();
    if (next.kind === 'if' || next.kind === 'with') return { kind: 'else', position: next.position };
    return { kind: 'else', position: this.#expect('rightDelim', 'else').position };
  }

  #branch(kind: BranchNode['kind']): BranchNode {
    const variables = this.#variables.length;
    const pipe = this.#pipeline(kind, 'rightDelim');
    if (kind === 'range') this.#rangeDepth++;
    const { list, end } = this.#itemList();
    if (kind === 'range') this.#rangeDepth--;
    const elseList = end.kind === 'else' ? this.#elseList(kind, end.position) : undefined;
    this.#variables.length = variables;
    return { kind, position: pipe.position, pipe, list, elseList };
  }

  #elseList(kind: BranchNode['kind'], position: number): ListNode {
    // `{{else if x}}` is `{{else}}{{if x}}` whose `{{end}}` closes both.
    if (kind !== 'range' && this.#tokens.peek().kind === kind) {
      this.#tokens.next();
      return { kind: 'list', position, nodes: [this.#nest(() => this.#branch(kind))] };
    }
    const { list, end } = this.#itemList();
    if (end.kind !== 'end') this.#fail(`expected end; found ${printNode(end)}`);
    return list;
  }

  #block(): Node {
    const context = 'block clause';
    const token = this.#tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipeline(context, 'rightDelim');
    const inner = new Parser(this.#shared, this.#nesting);
    const { list, end } = inner.#itemList();
    if (end.kind !== 'end') this.#fail(`unexpected ${printNode(end)} in ${context}`);
    inner.#add(name, list);
    return { kind: 'template', position: token.position, name, pipe };
  }

  #template(): Node {
    const context = 'template clause';
    const token = this.#tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    let pipe: PipeNode | undefined;
    if (this.#tokens.nextNonSpace().kind !== 'rightDelim') {
      this.#tokens.backup();
      pipe = this.#pipeline(context, 'rightDelim');
    }
    return { kind: 'template', position: token.position, name, pipe };
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== 'string' && token.kind !== 'rawString') this.#unexpected(token, context);
    return unquote(token.value) ?? this.#fail('invalid syntax');
  }

  #pipeline(context: string, end: TokenKind): PipeNode {
    const position = this.#tokens.peekNonSpace().position;
    const pipe: PipeNode = { kind: 'pipe', position, isAssign: false, declarations: [], commands: [] };
    while (this.#tokens.peekNonSpace().kind === 'variable' && this.#declaration(pipe, context));
    for (;;) {
      const token = this.#tokens.nextNonSpace();
      if (token.kind === end) {
        this.#checkPipeline(pipe, context);
        return pipe;
      }
      if (!operandKinds.has(token.kind)) this.#unexpected(token, context);
      this.#tokens.backup();
      pipe.commands.push(this.#command());
    }
  }

  /** Reads a variable at the start of a pipeline; true when a second declaration follows. */
  #declaration(pipe: PipeNode, context: string): boolean {
    const variable = this.#tokens.next();
    const after = this.#tokens.peek();
    const next = this.#tokens.peekNonSpace();
    if (next.kind === 'assign' || next.kind === 'declare') {
      pipe.isAssign = next.kind === 'assign';
      this.#tokens.nextNonSpace();
      this.#declare(pipe, variable);
    } else if (next.kind === 'char' && next.value === ',') {
      this.#tokens.nextNonSpace();
      this.#declare(pipe, variable);
      if (context !== 'range' || pipe.declarations.length >= 2) this.#fail(`too many declarations in ${context}`);
      const { kind } = this.#tokens.peekNonSpace();
      if (kind !== 'variable' && kind !== 'rightDelim' && kind !== 'rightParen') {
        this.#fail('range can only initialize variables');
      }
      return true;
    } else if (after.kind === 'space') {
      // The blank matters: `$x .y` is two operands, `$x.y` one. The token after it is still pending.
      this.#tokens.pushBack(after, variable);
    } else this.#tokens.pushBack(variable);
    return false;
  }

  #declare(pipe: PipeNode, token: Token): void {
    pipe.declarations.push(variableNode(token.position, token.value));
    this.#variables.push(token.value);
  }

  #checkPipeline(pipe: PipeNode, context: string): void {
    if (pipe.commands.length === 0) this.#fail(`missing value for ${context}`);
    pipe.commands.slice(1).forEach((command, at) => {
      // Only the first stage may be a plain value: all others take an argument.
      if (literalKinds.has(command.args[0].kind)) this.#fail(`non executable command in pipeline stage ${at + 2}`);
    });
  }

  #command(): CommandNode {
    const position = this.#tokens.peekNonSpace().position;
    const args: Operand[] = [];
    for (;;) {
      this.#tokens.peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) args.push(operand);
      const token = this.#tokens.next();
      if (token.kind === 'space') continue;
      if (token.kind === 'rightDelim' || token.kind === 'rightParen') this.#tokens.backup();
      else if (token.kind !== 'pipe') this.#unexpected(token, 'operand');
      break;
    }
    const [first, ...rest] = args;
    if (first === undefined) this.#fail('empty command');
    return { kind: 'command', position, args: [first, ...rest] };
  }

  /** A term and the fields behind it. */
  #operand(): Operand | undefined {
    const node = this.#term();
    if (node === undefined || this.#tokens.peek().kind !== 'field') return node;
    const { position } = this.#tokens.peek();
    const fields: string[] = [];
    while (this.#tokens.peek().kind === 'field') fields.push(this.#tokens.next().value.slice(1));
    if (node.kind === 'field') return { kind: 'field', position, fields: [...node.fields, ...fields] };
    if (node.kind === 'variable') return { ...node, position, fields: [...node.fields, ...fields] };
    if (literalKinds.has(node.kind)) this.#fail(`unexpected . after term ${quote(printNode(node))}`);
    return { kind: 'chain', position, node, fields };
  }

  #term(): Operand | undefined {
    const token = this.#tokens.nextNonSpace();
    const { position, value } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.#shared.options.hasFunction(value)) this.#fail(`function ${quote(value)} not defined`);
        return { kind: 'identifier', position, name: value };
      case 'dot':
        return { kind: 'dot', position };
      case 'nil':
        return { kind: 'nil', position };
      case 'variable':
        if (!this.#variables.includes(value)) this.#fail(`undefined variable ${quote(value)}`);
        return variableNode(position, value);
      case 'field':
        return { kind: 'field', position, fields: [value.slice(1)] };
      case 'bool':
        return { kind: 'bool', position, value: value === 'true' };
      case 'charConstant':
      case 'complex':
      case 'number': {
        const node = parseNumberNode(position, value, token.kind);
        return node.kind === 'problem' ? this.#fail(node.message) : node;
      }
      case 'leftParen':
        return this.#nest(() => this.#pipeline('parenthesized pipeline', 'rightParen'));
      case 'string':
      case 'rawString':
        return { kind: 'string', position, quoted: value, text: unquote(value) ?? this.#fail('invalid syntax') };
      default:
        this.#tokens.backup();
        return undefined;
    }
  }
}

function variableNode(position: number, name: string): VariableNode {
  return { kind: 'variable', position, name, fields: [] };
}
