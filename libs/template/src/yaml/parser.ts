import type { ExecutionBudget } from '../exec/limits.ts';
import type { GoError } from '../value/go-error.ts';
import type { Constant, PublicText } from '../value/public-text.ts';
import { constant, count, shown } from '../value/public-text.ts';
import type { Mark } from './cursor.ts';
import { YamlScanner } from './scanner.ts';
import type { YamlToken } from './tokens.ts';
import { plainYamlError, yamlError } from './yaml-error.ts';

/** A node of a document. An alias is the node itself that it names. */
export type YamlNode =
  | { readonly kind: 'scalar'; readonly text: string; readonly plain: boolean; readonly tag: string }
  | { readonly kind: 'list'; readonly items: YamlNode[] }
  | { readonly kind: 'map'; readonly pairs: [YamlNode, YamlNode][] }
  | { readonly kind: 'alias'; readonly name: string; readonly target: YamlNode };

const defaultHandles: readonly (readonly [string, string])[] = [
  ['!', '!'],
  ['!!', 'tag:yaml.org,2002:'],
];

/** A node without text: nothing stands between two indicators. */
function empty(tag = ''): YamlNode {
  return { kind: 'scalar', text: '', plain: tag === '', tag };
}

/** The error of a parser: its line is that before the token, as go-yaml counts. */
function parseError<const T extends string>(
  problem: Constant<T> | PublicText,
  token: YamlToken,
  context?: Mark,
): GoError {
  const line = token.start.line !== 0 ? token.start.line : (context?.line ?? 0);
  const reason = constant<T>(problem);
  return plainYamlError(line === 0 ? reason : shown`line ${count(line)}: ${reason}`);
}

/** Reads one document by libyaml's grammar. */
class YamlParser {
  readonly #scanner: YamlScanner;
  readonly #budget: ExecutionBudget;
  readonly #anchors = new Map<string, YamlNode>();
  readonly #handles = new Map<string, string>();

  constructor(text: string, budget: ExecutionBudget) {
    this.#scanner = new YamlScanner(text);
    this.#budget = budget;
  }

  /** The first document, undefined where there is none. */
  document(): YamlNode | undefined {
    const first = this.#scanner.peek();
    if (first.kind === 'streamEnd') return undefined;
    const isExplicit =
      first.kind === 'versionDirective' || first.kind === 'tagDirective' || first.kind === 'documentStart';
    this.#directives();
    if (isExplicit) {
      const start = this.#scanner.peek();
      if (start.kind !== 'documentStart') throw parseError('did not find expected <document start>', start);
      this.#scanner.next();
    }
    const node = isExplicit && this.#isDocumentEnd() ? empty() : this.#node(0, { block: true });
    // What follows is looked at, but not read.
    this.#scanner.peek();
    return node;
  }

  #isDocumentEnd(): boolean {
    return ['versionDirective', 'tagDirective', 'documentStart', 'documentEnd', 'streamEnd'].includes(
      this.#scanner.peek().kind,
    );
  }

  #directives(): void {
    let version: string | undefined;
    for (let token = this.#scanner.peek(); ; token = this.#scanner.peek()) {
      if (token.kind === 'versionDirective') {
        if (version !== undefined) throw parseError('found duplicate %YAML directive', token);
        if (token.version !== '1.1') throw parseError('found incompatible YAML document', token);
        ({ version } = token);
      } else if (token.kind === 'tagDirective') {
        if (this.#handles.has(token.handle)) throw parseError('found duplicate %TAG directive', token);
        this.#handles.set(token.handle, token.prefix);
      } else break;
      this.#scanner.next();
    }
    for (const [handle, prefix] of defaultHandles) if (!this.#handles.has(handle)) this.#handles.set(handle, prefix);
  }

  #node(depth: number, place: { readonly block: boolean; readonly indentless?: boolean }): YamlNode {
    this.#budget.nest(depth);
    this.#budget.step();
    const first = this.#scanner.peek();
    if (first.kind === 'alias') {
      this.#scanner.next();
      return this.#alias(first.name);
    }
    const { anchor, tag } = this.#properties(first.start);
    const token = this.#scanner.peek();
    const register = <T extends YamlNode>(node: T): T => {
      if (anchor !== undefined) this.#anchors.set(anchor, node);
      return node;
    };
    if (place.indentless === true && token.kind === 'blockEntry') {
      return this.#indentlessList(register({ kind: 'list', items: [] }), depth);
    }
    switch (token.kind) {
      case 'scalar':
        this.#scanner.next();
        return register({ kind: 'scalar', text: token.text, plain: token.plain && tag === '', tag });
      case 'flowSequenceStart':
        return this.#flowList(register({ kind: 'list', items: [] }), depth);
      case 'flowMappingStart':
        return this.#flowMap(register({ kind: 'map', pairs: [] }), depth);
      case 'blockSequenceStart':
        if (place.block) return this.#blockList(register({ kind: 'list', items: [] }), depth);
        break;
      case 'blockMappingStart':
        if (place.block) return this.#blockMap(register({ kind: 'map', pairs: [] }), depth);
        break;
      default:
        break;
    }
    if (anchor === undefined && tag === '') {
      throw parseError('did not find expected node content', token, first.start);
    }
    return register(empty(tag));
  }

  /** An anchor and a tag, in any order. */
  #properties(start: Mark): { anchor: string | undefined; tag: string } {
    let anchor: string | undefined;
    let tag: string | undefined;
    for (let token = this.#scanner.peek(); ; token = this.#scanner.peek()) {
      if (token.kind === 'anchor' && anchor === undefined) anchor = token.name;
      else if (token.kind === 'tag' && tag === undefined) tag = this.#resolveTag(token, start);
      else return { anchor, tag: tag ?? '' };
      this.#scanner.next();
    }
  }

  #resolveTag(token: Extract<YamlToken, { kind: 'tag' }>, start: Mark): string {
    if (token.handle === '') return token.suffix;
    const prefix = this.#handles.get(token.handle);
    if (prefix === undefined) throw parseError('found undefined tag handle', token, start);
    return prefix + token.suffix;
  }

  #alias(name: string): YamlNode {
    const target = this.#anchors.get(name);
    if (target === undefined)
      throw yamlError(`unknown anchor '${name}' referenced`, constant('unknown anchor referenced'));
    return { kind: 'alias', name, target };
  }

  #blockList(list: Extract<YamlNode, { kind: 'list' }>, depth: number): YamlNode {
    const { start } = this.#scanner.next();
    for (;;) {
      const token = this.#scanner.next();
      if (token.kind === 'blockEnd') return list;
      if (token.kind !== 'blockEntry') throw parseError("did not find expected '-' indicator", token, start);
      const { kind } = this.#scanner.peek();
      const isEmpty = kind === 'blockEntry' || kind === 'blockEnd';
      list.items.push(isEmpty ? empty() : this.#node(depth + 1, { block: true }));
    }
  }

  #indentlessList(list: Extract<YamlNode, { kind: 'list' }>, depth: number): YamlNode {
    while (this.#scanner.peek().kind === 'blockEntry') {
      this.#scanner.next();
      const isEmpty = ['blockEntry', 'key', 'value', 'blockEnd'].includes(this.#scanner.peek().kind);
      list.items.push(isEmpty ? empty() : this.#node(depth + 1, { block: true }));
    }
    return list;
  }

  #blockMap(map: Extract<YamlNode, { kind: 'map' }>, depth: number): YamlNode {
    const { start } = this.#scanner.next();
    const part = () => {
      const isEmpty = ['key', 'value', 'blockEnd'].includes(this.#scanner.peek().kind);
      return isEmpty ? empty() : this.#node(depth + 1, { block: true, indentless: true });
    };
    for (;;) {
      const token = this.#scanner.next();
      if (token.kind === 'blockEnd') return map;
      if (token.kind !== 'key') throw parseError('did not find expected key', token, start);
      const key = part();
      if (this.#scanner.peek().kind !== 'value') {
        map.pairs.push([key, empty()]);
        continue;
      }
      this.#scanner.next();
      map.pairs.push([key, part()]);
    }
  }

  #flowList(list: Extract<YamlNode, { kind: 'list' }>, depth: number): YamlNode {
    const { start } = this.#scanner.next();
    for (let first = true; ; first = false) {
      if (!this.#flowEntry('flowSequenceEnd', first, constant("did not find expected ',' or ']'"), start)) return list;
      if (this.#scanner.peek().kind === 'key') list.items.push(this.#singlePair(depth + 1));
      else list.items.push(this.#node(depth + 1, { block: false }));
    }
  }

  /** Steps over the comma in front of an entry; false at the end of the collection. */
  #flowEntry(end: 'flowSequenceEnd' | 'flowMappingEnd', first: boolean, problem: PublicText, start: Mark): boolean {
    if (this.#scanner.peek().kind !== end && !first) {
      const token = this.#scanner.peek();
      if (token.kind !== 'flowEntry') throw parseError(problem, token, start);
      this.#scanner.next();
    }
    if (this.#scanner.peek().kind !== end) return true;
    this.#scanner.next();
    return false;
  }

  /** `[a: b]` is a list of one mapping. */
  #singlePair(depth: number): YamlNode {
    this.#scanner.next();
    const ends = ['flowEntry', 'flowSequenceEnd'];
    const isEmptyKey = ['value', ...ends].includes(this.#scanner.peek().kind);
    if (isEmptyKey) this.#scanner.next();
    const key = isEmptyKey ? empty() : this.#node(depth, { block: false });
    if (this.#scanner.peek().kind !== 'value') return { kind: 'map', pairs: [[key, empty()]] };
    this.#scanner.next();
    const value = ends.includes(this.#scanner.peek().kind) ? empty() : this.#node(depth, { block: false });
    return { kind: 'map', pairs: [[key, value]] };
  }

  #flowMap(map: Extract<YamlNode, { kind: 'map' }>, depth: number): YamlNode {
    const { start } = this.#scanner.next();
    const ends = ['flowEntry', 'flowMappingEnd'];
    for (let first = true; ; first = false) {
      if (!this.#flowEntry('flowMappingEnd', first, constant("did not find expected ',' or '}'"), start)) return map;
      if (this.#scanner.peek().kind !== 'key') {
        map.pairs.push([this.#node(depth + 1, { block: false }), empty()]);
        continue;
      }
      this.#scanner.next();
      const isEmptyKey = ['value', ...ends].includes(this.#scanner.peek().kind);
      const key = isEmptyKey ? empty() : this.#node(depth + 1, { block: false });
      let value = empty();
      if (this.#scanner.peek().kind === 'value') {
        this.#scanner.next();
        if (!ends.includes(this.#scanner.peek().kind)) value = this.#node(depth + 1, { block: false });
      }
      map.pairs.push([key, value]);
    }
  }
}

/** The first document of a text, undefined where there is none. Throws a `GoError` with go-yaml's text. */
export function parseYamlDocument(text: string, budget: ExecutionBudget): YamlNode | undefined {
  return new YamlParser(text === '' ? '\n' : text, budget).document();
}
