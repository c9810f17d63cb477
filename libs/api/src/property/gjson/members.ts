import type { ByteText } from '../byte-text.ts';
import type { Budget } from './budget.ts';
import { stringEnd } from './scan.ts';
import { isContainer, type JsonValue, nextValue } from './value.ts';

/** A member of an object, with its key as it stands, or an element of an array, without. */
export interface Member {
  readonly key: ByteText | undefined;
  readonly value: JsonValue & { raw: ByteText };
}

/** What is inside of a value, in order; a scalar has itself. Ends at the first thing that cannot be read. */
export function* members(value: JsonValue, budget: Budget): Generator<Member> {
  if (value.kind === 'missing') return;
  if (value.kind !== 'json') {
    yield { key: undefined, value };
    return;
  }
  const text = value.raw;
  const keyed = isContainer(value, '{');
  for (let i = 1; i < text.length;) {
    budget.value();
    let key: ByteText | undefined;
    if (keyed) {
      const open = text.indexOf('"', i);
      i = open < 0 ? -1 : stringEnd(text, open);
      if (i < 0) return;
      key = text.slice(open, i);
    }
    const read = nextValue(text, i);
    if (!read || read.value.kind === 'missing') return;
    yield { key, value: read.value };
    i = read.end + 1;
  }
}
