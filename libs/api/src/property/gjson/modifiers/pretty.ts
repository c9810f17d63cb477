import { type ByteText, utf8ByteText } from '../../byte-text.ts';
import { decodeString, isValidJson } from '../../strict-json.ts';
import { parseGoFloat } from '../../go-number.ts';
import { type Budget, WORKED_ON } from '../budget.ts';
import { members } from '../members.ts';
import { balanced } from '../scan.ts';
import { type JsonValue, parseDocument, stringText, valueText, valueTruth } from '../value.ts';

/** How `@pretty` lays out. */
interface Layout {
  /** Widest line, in bytes, that an array without objects may take; 0 = no array on one line. */
  readonly width: number;
  readonly prefix: ByteText;
  readonly indent: ByteText;
  readonly sortKeys: boolean;
}

/**
 * `@pretty`: one member a line; arrays without objects on one line where they fit. Ends with a line break. What is printed of a
 * document that is not valid JSON is not what gjson prints.
 */
export function pretty(json: ByteText, argument: ByteText, budget: Budget): ByteText {
  const printer = new Printer(layoutOf(argument, budget), budget);
  return printer.print(firstValue(json));
}

/** The document without what may follow it. */
function firstValue(json: ByteText): JsonValue {
  const value = parseDocument(json);
  return value.kind === 'json' ? { kind: 'json', raw: balanced(value.raw, 0) } : value;
}

function layoutOf(argument: ByteText, budget: Budget): Layout {
  const layout = { width: 80, prefix: '', indent: '  ', sortKeys: false };
  for (const { key, value } of members(parseDocument(argument), budget)) {
    switch (stringText(key ?? '')) {
      case 'width':
        layout.width = Math.trunc(value.kind === 'number' ? parseGoFloat(value.raw) : 0);
        break;
      case 'prefix':
        layout.prefix = spaceOf(valueText(value));
        break;
      case 'indent':
        layout.indent = spaceOf(valueText(value));
        break;
      case 'sortKeys':
        layout.sortKeys = valueTruth(value);
        break;
    }
  }
  return layout;
}

/** Only white space is taken from an argument, so that the output stays JSON. */
function spaceOf(text: ByteText): ByteText {
  return text.replace(/[^ \t\n\r]+/g, '');
}

class Printer {
  readonly #layout: Layout;
  readonly #budget: Budget;

  constructor(layout: Layout, budget: Budget) {
    this.#layout = layout;
    this.#budget = budget;
  }

  print(value: JsonValue): ByteText {
    const { prefix } = this.#layout;
    const text = prefix + (value.kind === 'missing' ? '' : this.#value(value, 0, prefix.length));
    return text === '' ? '' : `${text}\n`;
  }

  /** @param column bytes that stand on the line already. */
  #value(value: JsonValue & { raw: ByteText }, level: number, column: number): ByteText {
    if (value.kind !== 'json') return value.raw;
    this.#budget.charge(value.raw.length, WORKED_ON);
    return this.#budget.deeper(() =>
      value.raw.startsWith('{') ? this.#object(value, level) : this.#array(value, level, column),
    );
  }

  #object(value: JsonValue, level: number): ByteText {
    const start = this.#lineStart(level + 1);
    const lines = [...members(value, this.#budget)].map(({ key = '', value: member }) => ({
      key,
      text: `${start}${key}: ${this.#value(member, level + 1, start.length + key.length + 3)}`,
    }));
    if (this.#layout.sortKeys) lines.sort((a, b) => compareKeys(a.key, b.key));
    return this.#block(
      '{',
      '}',
      level,
      lines.map((line) => line.text),
    );
  }

  #array(value: JsonValue, level: number, column: number): ByteText {
    const room = this.#layout.width - column;
    const line = this.#layout.width > 0 && room > 3 ? this.#oneLine(value) : undefined;
    if (line !== undefined && line.length <= room) return line;
    const start = this.#lineStart(level + 1);
    // The printer that gjson uses counts the line break as a column, except behind a comma of an array.
    const lines = [...members(value, this.#budget)].map(
      ({ value: element }, i) => start + this.#value(element, level + 1, start.length + (i === 0 ? 1 : 0)),
    );
    return this.#block('[', ']', level, lines);
  }

  /** The array on one line; undefined when there is an object in it. */
  #oneLine(value: JsonValue): ByteText | undefined {
    const parts: ByteText[] = [];
    for (const { value: element } of members(value, this.#budget)) {
      if (element.raw.startsWith('{')) return undefined;
      const part = element.kind === 'json' ? this.#budget.deeper(() => this.#oneLine(element)) : element.raw;
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return `[${parts.join(', ')}]`;
  }

  #block(open: string, close: string, level: number, lines: readonly ByteText[]): ByteText {
    if (lines.length === 0) return open + close;
    this.#budget.charge(lines.length * this.#lineStart(level + 1).length);
    return `${open}\n${lines.join(',\n')}\n${this.#lineStart(level)}${close}`;
  }

  #lineStart(level: number): ByteText {
    const { prefix, indent } = this.#layout;
    this.#budget.charge(prefix.length + indent.length * level);
    return prefix + indent.repeat(level);
  }
}

function compareKeys(a: ByteText, b: ByteText): number {
  const [left, right] = [sortText(a), sortText(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What a key is sorted by: its text, nothing when it is not valid. */
function sortText(key: ByteText): ByteText {
  if (!key.includes('\\')) return key.slice(1, -1);
  return isValidJson(key) ? utf8ByteText(decodeString(key)) : '';
}
