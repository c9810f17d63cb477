import type { ParsedNode, Scalar as ScalarNode, YAMLError } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Budget } from '../exec/limits.ts';
import { formatFloat } from '../strconv/format-float.ts';
import { GoError, plainError } from '../value/go-error.ts';
import { decodeText, encodeText, isValidUtf8 } from '../value/utf8.ts';
import { formatFloat32 } from './float32.ts';
import type { Scalar } from './resolve.ts';
import { resolvePlain, resolveTagged } from './resolve.ts';

/** A document as JSON can hold it: keys are texts. Texts are byte strings. */
export type YamlValue =
  | Exclude<Scalar, { kind: 'timestamp' }>
  | { readonly kind: 'list'; readonly items: readonly YamlValue[] }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, YamlValue> };

/** The messages of go-yaml for the problems that the parser names in its own words. */
const messages: Partial<Record<YAMLError['code'], string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  BAD_SCALAR_START: 'found character that cannot start any token',
  TAB_AS_INDENT: 'found character that cannot start any token',
  BAD_DQ_ESCAPE: 'found unknown escape character',
  MULTILINE_IMPLICIT_KEY: 'mapping values are not allowed in this context',
};

function syntaxError(error: YAMLError): GoError {
  const line = error.linePos?.[1]?.line ?? error.linePos?.[0].line ?? 1;
  const where = line > 1 ? `line ${line}: ` : '';
  const flow = /^Flow (map|sequence)/.exec(error.message)?.[1];
  // An open flow collection is named with its line even where that is the first.
  if (flow !== undefined) return plainError(`yaml: line ${line}: did not find expected ',' or '${flow === 'map' ? '}' : ']'}'`);
  if (/closing ["']/.test(error.message)) return plainError(`yaml: ${where}found unexpected end of stream`);
  if (error.message.includes('block-seq-ind')) {
    return plainError(`yaml: ${where}block sequence entries are not allowed in this context`);
  }
  return plainError(`yaml: ${where}${messages[error.code] ?? 'did not find expected key'}`);
}

/** A key as text, as sigs.k8s.io/yaml converts it. */
function keyText(scalar: Scalar): string {
  switch (scalar.kind) {
    case 'text':
    case 'timestamp':
      return scalar.text;
    case 'bool':
      return scalar.value ? 'true' : 'false';
    case 'int':
      return scalar.value.toString();
    case 'float': {
      const text = formatFloat32(scalar.value);
      return { '+Inf': '.inf', '-Inf': '-.inf', NaN: '.nan' }[text] ?? text;
    }
    case 'null':
      throw plainError('unsupported map key of type: %!s(<nil>)');
  }
}

class Reader {
  readonly #budget: Budget;
  readonly #anchors = new Map<string, ParsedNode>();
  /** Anchored nodes that are being read: an alias to one of them is a cycle. */
  readonly #open = new Set<string>();

  readonly #length: number;
  readonly #endsWithBreak: boolean;

  constructor(text: string, budget: Budget) {
    this.#budget = budget;
    this.#length = text.length;
    this.#endsWithBreak = /[\r\n]$/.test(text);
  }

  read(node: ParsedNode | null, depth: number): YamlValue {
    this.#budget.step();
    this.#budget.nest(depth);
    if (node === null) return { kind: 'null' };
    if (isAlias(node)) return this.#alias(node.source, depth);
    const { anchor } = node;
    if (anchor === undefined) return this.#content(node, depth);
    this.#anchors.set(anchor, node);
    this.#open.add(anchor);
    const value = this.#content(node, depth);
    this.#open.delete(anchor);
    return value;
  }

  #alias(name: string, depth: number): YamlValue {
    const target = this.#anchors.get(name);
    if (target === undefined) throw plainError(`yaml: unknown anchor '${encodeText(name)}' referenced`);
    if (this.#open.has(name)) throw plainError(`yaml: anchor '${encodeText(name)}' value contains itself`);
    return this.#content(target, depth);
  }

  #content(node: ParsedNode, depth: number): YamlValue {
    if (isScalar(node)) return withoutSpecials(this.#scalar(node));
    if (isSeq(node)) {
      return { kind: 'list', items: node.items.map((item) => this.read(item as ParsedNode | null, depth + 1)) };
    }
    if (isMap(node)) return this.#map(node.items as readonly Pair[], depth);
    return { kind: 'null' };
  }

  #scalar(node: ParsedNode): Scalar {
    if (!isScalar(node)) return { kind: 'null' };
    const text = encodeText(this.#textOf(node));
    this.#budget.allocate(text.length);
    if (node.tag !== undefined && node.tag !== '!') return resolveTagged(node.tag, text);
    return node.type === 'PLAIN' && node.tag === undefined ? resolvePlain(text) : { kind: 'text', text };
  }

  /** A block scalar that ends with the text, without a line break, has none either. */
  #textOf(node: ScalarNode.Parsed): string {
    const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    const text = typeof node.value === 'string' ? node.value : '';
    return isBlock && !this.#endsWithBreak && node.range[1] >= this.#length ? text.replace(/\n$/, '') : text;
  }

  #map(pairs: readonly Pair[], depth: number): YamlValue {
    const entries = new Map<string, YamlValue>();
    const merged = new Map<string, YamlValue>();
    for (const { key, value } of pairs) {
      if (isMergeKey(key)) this.#merge(merged, this.read(value, depth + 1));
      else entries.set(keyText(this.#key(key, depth)), this.read(value, depth + 1));
    }
    // What the mapping says itself wins over what it takes from another.
    for (const [key, value] of merged) if (!entries.has(key)) entries.set(key, value);
    return { kind: 'map', entries };
  }

  #key(node: ParsedNode | null, depth: number): Scalar {
    if (node === null) return { kind: 'null' };
    if (isScalar(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
      return this.#scalar(node);
    }
    const value = this.read(node, depth + 1);
    if (value.kind === 'map') throw plainError('yaml: invalid map key: map[interface {}]interface {}');
    if (value.kind === 'list') throw plainError('yaml: invalid map key: []interface {}');
    return value;
  }

  #merge(into: Map<string, YamlValue>, source: YamlValue): void {
    const maps = source.kind === 'list' ? source.items.toReversed() : [source];
    for (const map of maps) {
      if (map.kind !== 'map') throw plainError('yaml: map merge requires map or sequence of maps as the value');
      for (const [key, value] of map.entries) into.set(key, value);
    }
  }
}

interface Pair {
  readonly key: ParsedNode | null;
  readonly value: ParsedNode | null;
}

function isMergeKey(key: ParsedNode | null): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

function withoutSpecials(scalar: Scalar): YamlValue {
  if (scalar.kind === 'timestamp') return { kind: 'text', text: scalar.text };
  if (scalar.kind === 'float' && !Number.isFinite(scalar.value)) {
    throw plainError(`json: unsupported value: ${formatFloat(scalar.value, 'g', -1)}`);
  }
  return scalar;
}

/** True for the characters that YAML allows; all others are an error wherever they stand. */
function isAllowed(text: string): boolean {
  return /^[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(text);
}

/**
 * The first document of a text with the rules of YAML 1.1, as sigs.k8s.io/yaml reads it. Throws a `GoError` whose message is
 * go-yaml's where the problem is one that it names too.
 */
export function readYaml(text: string, budget: Budget): YamlValue {
  // The parser is the slowest part that runs inline.
  budget.step(text.length / 2);
  if (!isValidUtf8(text)) throw plainError('yaml: invalid leading UTF-8 octet');
  const decoded = decodeText(text);
  if (!isAllowed(decoded)) throw plainError('yaml: control characters are not allowed');
  const document = parseDocument(decoded, {
    version: '1.1',
    schema: 'failsafe',
    uniqueKeys: false,
    logLevel: 'silent',
    // Flow collections need not be indented further than their key.
    strict: false,
  });
  const problem = document.errors.find((error) => error.code !== 'MULTIPLE_DOCS');
  if (problem !== undefined) throw syntaxError(problem);
  return new Reader(decoded, budget).read(document.contents, 1);
}

/** The kind of a value as encoding/json names it in messages. */
export function jsonKind(value: YamlValue): string {
  switch (value.kind) {
    case 'int':
    case 'float':
      return 'number';
    case 'list':
      return 'array';
    case 'map':
      return 'object';
    case 'text':
      return 'string';
    case 'bool':
    case 'null':
      return value.kind;
  }
}
