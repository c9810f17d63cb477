import type { ExecutionBudget } from '../exec/limits.ts';
import { unsupportedNumber } from '../json/encode.ts';
import { formatFloat } from '../strconv/format-float.ts';
import { quote } from '../strconv/quote.ts';
import { GoError } from '../value/go-error.ts';
import { constant } from '../value/public-text.ts';
import { decodeText, encodeText, isValidUtf8 } from '../value/utf8.ts';
import { formatFloat32 } from './float32.ts';
import type { YamlNode } from './parser.ts';
import { parseYamlDocument } from './parser.ts';
import type { Scalar } from './resolve.ts';
import { resolvePlain, resolveTagged } from './resolve.ts';
import { plainYamlError, yamlError } from './yaml-error.ts';

/** A document as JSON can hold it: keys are texts. Texts are byte strings. */
export type YamlValue =
  | Exclude<Scalar, { kind: 'timestamp' }>
  | { readonly kind: 'list'; readonly items: readonly YamlValue[] }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, YamlValue> };

/** A value in Go's syntax, as messages about keys show it. */
function goSyntax(value: YamlValue): string {
  switch (value.kind) {
    case 'null':
      return 'interface {}(nil)';
    case 'bool':
      return value.value ? 'true' : 'false';
    case 'int':
      return value.value.toString();
    case 'float':
      return formatFloat(value.value, 'g', -1);
    case 'text':
      return quote(value.text);
    case 'list':
      return `[]interface {}{${value.items.map(goSyntax).join(', ')}}`;
    case 'map': {
      const pairs = [...value.entries].map(([key, item]) => `${quote(key)}:${goSyntax(item)}`);
      return `map[interface {}]interface {}{${pairs.sort().join(', ')}}`;
    }
  }
}

/** A key as text, as sigs.k8s.io/yaml converts it. */
function keyText(key: YamlValue, value: YamlValue): string {
  switch (key.kind) {
    case 'text':
      return key.text;
    case 'bool':
      return key.value ? 'true' : 'false';
    case 'int':
      return key.value.toString();
    case 'float': {
      const text = formatFloat32(key.value);
      return { '+Inf': '.inf', '-Inf': '-.inf', NaN: '.nan' }[text] ?? text;
    }
    case 'null': {
      const type = constant('unsupported map key of type: %!s(<nil>)');
      throw new GoError(`${type}, key: <nil>, value: ${value.kind === 'null' ? '<nil>' : goSyntax(value)}`, type);
    }
    case 'list':
    case 'map':
      throw yamlError(
        `invalid map key: ${decodeText(goSyntax(key))}`,
        key.kind === 'list'
          ? constant('invalid map key: []interface {}')
          : constant('invalid map key: map[interface {}]interface {}'),
      );
  }
}

/** Turns nodes into values. Aliases are followed each time, paid for step by step. */
class Reader {
  readonly #budget: ExecutionBudget;
  /** Targets of the aliases that are being followed: one inside itself is a cycle. */
  readonly #open = new Set<YamlNode>();

  constructor(budget: ExecutionBudget) {
    this.#budget = budget;
  }

  read(node: YamlNode, depth: number): YamlValue {
    this.#budget.step();
    this.#budget.nest(depth);
    switch (node.kind) {
      case 'scalar':
        return this.#scalar(node);
      case 'list':
        return { kind: 'list', items: node.items.map((item) => this.read(item, depth + 1)) };
      case 'map':
        return this.#map(node.pairs, depth);
      case 'alias':
        return this.#alias(node, depth);
    }
  }

  #alias(node: Extract<YamlNode, { kind: 'alias' }>, depth: number): YamlValue {
    if (this.#open.has(node.target))
      throw yamlError(
        `anchor '${node.name}' value contains itself`,
        constant('the value of an anchor contains itself'),
      );
    this.#open.add(node.target);
    const value = this.read(node.target, depth);
    this.#open.delete(node.target);
    return value;
  }

  #scalar(node: Extract<YamlNode, { kind: 'scalar' }>): YamlValue {
    const text = encodeText(node.text);
    this.#budget.allocate(text.length);
    if (node.tag === '') return node.plain ? withoutTimestamps(resolvePlain(text)) : { kind: 'text', text };
    return withoutTimestamps(resolveTagged(node.tag, text));
  }

  #map(pairs: readonly (readonly [YamlNode, YamlNode])[], depth: number): YamlValue {
    const entries = new Map<string, YamlValue>();
    for (const [key, value] of pairs) {
      // What is merged counts as if it stood there: later keys win over earlier ones.
      if (isMergeKey(key)) this.#merge(entries, value, depth + 1);
      else {
        const name = this.read(key, depth + 1);
        const item = this.read(value, depth + 1);
        entries.set(keyText(name, item), item);
      }
    }
    return { kind: 'map', entries };
  }

  #merge(into: Map<string, YamlValue>, source: YamlNode, depth: number): void {
    // Of several mappings the earlier ones win.
    const nodes = source.kind === 'list' ? source.items.toReversed() : [source];
    for (const node of nodes) {
      const target = node.kind === 'alias' ? node.target : node;
      if (target.kind !== 'map') throw plainYamlError('map merge requires map or sequence of maps as the value');
      const value = this.read(node, depth);
      if (value.kind === 'map') for (const [key, item] of value.entries) into.set(key, item);
    }
  }
}

function isMergeKey(key: YamlNode): boolean {
  return key.kind === 'scalar' && key.text === '<<' && (key.plain || key.tag.endsWith(':merge'));
}

/** Timestamps stay text. */
function withoutTimestamps(scalar: Scalar): YamlValue {
  return scalar.kind === 'timestamp' ? { kind: 'text', text: scalar.text } : scalar;
}

/** Throws for what JSON, over which the reference goes, cannot hold: infinities and NaN. */
export function assertJson(value: YamlValue): void {
  if (value.kind === 'float' && !Number.isFinite(value.value)) {
    throw unsupportedNumber(value.value);
  }
  if (value.kind === 'list') value.items.forEach(assertJson);
  if (value.kind === 'map') for (const item of value.entries.values()) assertJson(item);
}

/** The characters that YAML allows; any other is an error wherever it stands. */
const allowed = /^[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/**
 * The first document of a text by the rules of YAML 1.1, as sigs.k8s.io/yaml reads it with go-yaml 2. Throws a `GoError` with
 * the reference's message.
 */
export function readYaml(text: string, budget: ExecutionBudget): YamlValue {
  budget.step(text.length / 4);
  if (!isValidUtf8(text)) throw plainYamlError('invalid leading UTF-8 octet');
  const decoded = decodeText(text);
  if (!allowed.test(decoded)) throw plainYamlError('control characters are not allowed');
  const node = parseYamlDocument(decoded, budget);
  if (node === undefined) return { kind: 'null' };
  return new Reader(budget).read(node, 1);
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
