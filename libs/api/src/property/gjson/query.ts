import type { ByteText } from '../byte-text.ts';
import { parseGoFloat } from '../go-number.ts';
import { unescapeJson } from '../unescape.ts';
import type { Budget } from './budget.ts';
import { trimmed } from './scan.ts';
import { FALSE_WORDS, type JsonValue, rawText, stringText, TRUE_WORDS } from './value.ts';
import { wildcardMatch } from './wildcard.ts';

/** The condition between the brackets of `#(path op value)`. */
export interface Query {
  /** What is looked up in each element; empty = the element itself. */
  readonly path: ByteText;
  /** Empty = what `path` leads to only has to exist. */
  readonly operator: string;
  /** The right-hand side, without quotes. */
  readonly operand: ByteText;
}

/** What a query that is never closed asks for: anything that exists. */
export const OPEN_QUERY: Query = { path: '', operator: '', operand: '' };

const OPERATOR = /^(!=|!%|<=|>=|==|[<>=%])/;

/** Reads the query at the start of `text` (`#(…)` or `#[…]`) and the index behind it; undefined when it is never closed. */
export function parseQuery(text: ByteText): { query: Query; end: number } | undefined {
  const bounds = queryBounds(text);
  if (!bounds) return undefined;
  const { close, operatorAt, escaped } = bounds;
  const end = close + 1;
  if (operatorAt === undefined) {
    return { query: { ...OPEN_QUERY, path: trimmed(text.slice(2, close)) }, end };
  }
  const condition = trimmed(text.slice(operatorAt, close));
  const operator = condition.length === 1 ? condition : (OPERATOR.exec(condition)?.[0] ?? '');
  const operand = trimmed(condition.slice(operator.length));
  return {
    query: {
      path: trimmed(text.slice(2, operatorAt)),
      operator: operator === '==' ? '=' : operator,
      operand: unquoted(operand, escaped),
    },
    end,
  };
}

/** Finds the closing bracket and the first operator outside of inner brackets. */
function queryBounds(text: ByteText): { close: number; operatorAt: number | undefined; escaped: boolean } | undefined {
  let depth = 1;
  let operatorAt: number | undefined;
  let escaped = false;
  for (let i = 2; i < text.length; i++) {
    const c = text.charAt(i);
    if (depth === 1 && operatorAt === undefined && '!=<>%'.includes(c)) {
      operatorAt = i;
    } else if (c === '\\') {
      i++;
    } else if (c === '[' || c === '(') {
      depth++;
    } else if (c === ']' || c === ')') {
      if (--depth === 0) return { close: i, operatorAt, escaped };
    } else if (c === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) {
        if (text[i] !== '\\') continue;
        escaped = true;
        i++;
      }
    }
  }
  return undefined;
}

function unquoted(operand: ByteText, escaped: boolean): ByteText {
  if (operand.length < 2 || !operand.startsWith('"') || !operand.endsWith('"')) return operand;
  const inner = operand.slice(1, -1);
  return escaped ? unescapeJson(inner) : inner;
}

/** Whether the value that the query's path led to satisfies the query. */
export function satisfies(query: Query, value: JsonValue, budget: Budget): boolean {
  budget.charge(query.operand.length + rawText(value).length);
  if (query.operand.startsWith('~')) {
    const truth = asTruth(query.operand.slice(1), value);
    if (truth === undefined) return false;
    return query.operator === '' || compareBoolean(query.operator, truth, 'true');
  }
  if (value.kind === 'missing') return false;
  if (query.operator === '') return true;
  switch (value.kind) {
    case 'string':
      return compareText(query, stringText(value.raw), budget);
    case 'number':
      return compare(query.operator, parseGoFloat(value.raw), parseGoFloat(query.operand));
    case 'true':
    case 'false':
      return compareBoolean(query.operator, value.kind === 'true', query.operand);
    case 'null':
    case 'json':
      return false;
  }
}

/** The `~` forms: what the value is taken for. */
function asTruth(form: ByteText, value: JsonValue): boolean | undefined {
  switch (form) {
    case '*':
      return value.kind !== 'missing';
    case 'null':
      return value.kind === 'missing' || value.kind === 'null';
    case 'true':
      return truthOf(value) === true;
    case 'false':
      return truthOf(value) === false;
    default:
      return undefined;
  }
}

/** True for what is true-ish, false for what is false-ish or absent, undefined for what is neither. */
function truthOf(value: JsonValue): boolean | undefined {
  switch (value.kind) {
    case 'missing':
    case 'null':
    case 'false':
      return false;
    case 'true':
      return true;
    case 'number':
      return parseGoFloat(value.raw) !== 0;
    case 'string': {
      const word = stringText(value.raw).toLowerCase();
      return TRUE_WORDS.has(word) ? true : FALSE_WORDS.has(word) ? false : undefined;
    }
    case 'json':
      return undefined;
  }
}

function compareText(query: Query, text: ByteText, budget: Budget): boolean {
  if (query.operator === '%') return wildcardMatch(text, query.operand, budget);
  if (query.operator === '!%') return !wildcardMatch(text, query.operand, budget);
  return compare(query.operator, text, query.operand);
}

function compare<T extends string | number>(operator: string, left: T, right: T): boolean {
  switch (operator) {
    case '=':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return false;
  }
}

/** Booleans compare with the words `true` and `false` only, and true is the greater one. */
function compareBoolean(operator: string, left: boolean, right: ByteText): boolean {
  switch (operator) {
    case '=':
      return right === String(left);
    case '!=':
      return right !== String(left);
    case '>':
      return left && right === 'false';
    case '>=':
      return left;
    case '<':
      return !left && right === 'true';
    case '<=':
      return !left;
    default:
      return false;
  }
}
