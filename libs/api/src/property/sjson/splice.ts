import { ProviderError } from '../../contract/provider-error.ts';
import type { ByteText } from '../byte-text.ts';
import { type Budget, limitExceeded } from '../gjson/budget.ts';
import { lookup } from '../gjson/lookup.ts';
import { members } from '../gjson/members.ts';
import { parseDocument, placeOf } from '../gjson/value.ts';
import { trimmed } from '../gjson/scan.ts';
import { stringified } from './stringify.ts';
import { appends, elementNumber, type WriteStep } from './path.ts';

/** Most empty elements that one path makes: one of ten characters may not make a document of gigabytes. */
export const MAX_PADDING = 10_000;

/**
 * The text with `value` where the steps lead to.
 * @param value JSON
 * @throws ProviderError INVALID_REQUEST for a key into an array; LIMIT_EXCEEDED; FuelSpent
 */
export function spliceAt(json: ByteText, steps: readonly WriteStep[], value: ByteText, budget: Budget): ByteText {
  const before: ByteText[] = [];
  const behind: ByteText[] = [];
  let inner = json;
  for (let depth = 0; ; depth++) {
    const step = steps[depth];
    if (step === undefined) {
      inner = value;
      break;
    }
    const found = lookup(inner, step.read, budget);
    const at = placeOf(found);
    if (found.kind === 'missing' || at <= 0) {
      inner = inserted(inner, steps.slice(depth), value, budget);
      break;
    }
    before.push(inner.slice(0, at));
    behind.push(inner.slice(at + found.raw.length));
    inner = found.raw;
  }
  budget.charge(json.length + value.length);
  return [...before, inner, ...behind.reverse()].join('');
}

/** The text with a member or element that it did not have. A scalar gives its place to a new object or array. */
function inserted(text: ByteText, steps: readonly WriteStep[], value: ByteText, budget: Budget): ByteText {
  const [step] = steps;
  if (step === undefined) return value;
  checkPadding(steps);
  const number = elementNumber(step);
  const known = parseDocument(text);
  const container = known.kind === 'json' ? known.raw : number === undefined ? '{}' : '[]';

  const filled = !/^.[\x00-\x20]*[}\]]/s.test(container);
  const comma = filled ? ',' : '';
  if (container.startsWith('{')) {
    const end = container.lastIndexOf('}');
    return `${container.slice(0, end)}${comma}${built(steps, false, value)}}`;
  }
  if (appends(step)) return `${trimmed(container).slice(0, -1)}${comma}${built(steps, true, value)}]`;
  if (number === undefined) throw keyIntoArray();
  const elements = [...members(parseDocument(container), budget)].map((member) => member.value.raw);
  const before = elements.map((element) => `${element},`).join('');
  return `[${before}${padding(number - elements.length)}${built(steps, true, value)}]`;
}

/** What the steps make of nothing: from the innermost one outwards. */
function built(steps: readonly WriteStep[], inArray: boolean, value: ByteText): ByteText {
  let text = value;
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    if (step === undefined) continue;
    const array = i === 0 ? inArray : elementNumber(step) !== undefined || appends(step);
    if (!array) text = `${stringified(step.key)}:${text}`;
    if (i === 0) return text;
    // Joined, not copied: a long value goes through each level.
    text = array ? `[${padding(elementNumber(step) ?? 0)}${text}]` : `{${text}}`;
  }
  return text;
}

function padding(count: number): ByteText {
  return 'null,'.repeat(Math.max(count, 0));
}

/** @throws ProviderError LIMIT_EXCEEDED when the steps make more empty elements than they may, all in all */
function checkPadding(steps: readonly WriteStep[]): void {
  const empty = steps.reduce((sum, step) => sum + (elementNumber(step) ?? 0), 0);
  if (empty > MAX_PADDING) throw limitExceeded(`makes more than ${MAX_PADDING} empty elements`);
}

function keyIntoArray(): ProviderError {
  return new ProviderError('INVALID_REQUEST', 'the property names a key where the stored secret has an array', {
    field: 'remoteRef.property',
    nextStep: 'name an element by its number, or -1 for a new one behind the last',
  });
}
