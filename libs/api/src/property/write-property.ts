import type { Fuel } from '@eso/runtime';
import { limits } from '../contract/limits.ts';
import { ProviderError } from '../contract/provider-error.ts';
import { byteText, type ByteText, byteTextToBytes, utf8ByteText } from './byte-text.ts';
import { Budget, limitExceeded, MAX_MODIFIERS, MAX_PATH_BYTES, REWRITTEN } from './gjson/budget.ts';
import { lookup } from './gjson/lookup.ts';
import { members } from './gjson/members.ts';
import { placeOf } from './gjson/value.ts';
import { documentProblem } from './json-document.ts';
import { modifiersIn } from './read-property.ts';
import { parseWritePath } from './sjson/path.ts';
import { spliceAt } from './sjson/splice.ts';
import { stringified } from './sjson/stringify.ts';
import { skipSpace } from './strict-json.ts';

/** Steps for a byte of the document that is checked before it is written to. */
const CHECKED = 30;

/**
 * A JSON document with `value` as a JSON string where `property` leads to, by the rules of sjson 1.2.5: everything else keeps its
 * text. What is missing on the way is made: an object, or an array (padded with null) for a number; `-1` appends to an array, a
 * leading `:` makes a key of a number. A scalar on the way makes room. An empty document becomes a new object.
 *
 * Where sjson would cut a document up (`a.#.b.#.c`, `a|#.b`: it loses where the values stand) nothing is written.
 *
 * @param value bytes that are taken for UTF-8; what is none becomes U+FFFD.
 * @param fuel pays for it
 * @returns undefined when the property selects (`| # @ * ?`) and nothing is there that it selects: such a path makes nothing.
 * @throws ProviderError NOT_AN_OBJECT when the document is neither empty nor an object or array; INVALID_REQUEST for a key into an
 * array; LIMIT_EXCEEDED; FuelSpent
 */
export function writePropertySync(
  document: Uint8Array,
  property: string,
  value: Uint8Array,
  fuel: Fuel,
): Uint8Array | undefined {
  const path = utf8ByteText(property);
  if (path.length === 0) throw new ProviderError('INVALID_REQUEST', 'the property is empty', { field: FIELD });
  if (path.length > MAX_PATH_BYTES) throw limitExceeded(`is longer than ${MAX_PATH_BYTES} bytes`);
  if (modifiersIn(path) > MAX_MODIFIERS) throw limitExceeded(`names more than ${MAX_MODIFIERS} modifiers`);
  const budget = new Budget(fuel);
  budget.charge(document.length, CHECKED);
  budget.charge(value.length, REWRITTEN);
  const json = byteText(document);
  checkDocument(json);
  const steps = parseWritePath(path);
  const text = stringified(byteText(value));
  const written = steps ? spliceAt(json, steps, text, budget) : replaceSelected(json, path, text, budget);
  if (written !== undefined && written.length > limits.messageBytesCap)
    throw limitExceeded(`makes a document of more than ${limits.messageBytesCap} bytes`);
  return written === undefined ? undefined : byteTextToBytes(written);
}

const FIELD = 'remoteRef.property';

/** sjson would put a new object in the place of a scalar that somebody stored. */
function checkDocument(json: ByteText): void {
  const start = skipSpace(json, 0);
  if (start === json.length) return;
  const problem = documentProblem(json);
  if (problem) throw problem;
  if ('{[n'.includes(json.charAt(start))) return;
  throw new ProviderError('NOT_AN_OBJECT', 'the stored secret is a single JSON value, which has no properties', {
    field: FIELD,
    nextStep: 'push to a secret that holds a JSON object or nothing, or push without a property',
  });
}

/** Replaces what a path that selects finds: one value, or each that `#` collects. */
function replaceSelected(json: ByteText, path: ByteText, text: ByteText, budget: Budget): ByteText | undefined {
  const found = lookup(json, path, budget);
  if (found.kind === 'missing') return undefined;
  const raws = found.each ? [...members(found, budget)].map(({ value }) => value.raw) : [found.raw];
  const places = found.each ?? [placeOf(found)];
  if (raws.length === 0 || raws.length !== places.length) return undefined;
  const cuts = places.map((at, i) => ({ at, raw: raws[i] ?? '' })).sort((a, b) => a.at - b.at);
  const out: ByteText[] = [];
  let copied = 0;
  for (const { at, raw } of cuts) {
    if (at <= 0 || at < copied || !json.startsWith(raw, at)) return undefined;
    budget.charge(text.length + raw.length);
    out.push(json.slice(copied, at), text);
    copied = at + raw.length;
  }
  out.push(json.slice(copied));
  return out.join('');
}
