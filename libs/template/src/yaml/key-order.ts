import { isDigit, isLetter } from '../value/unicode.ts';
import { runesOf } from '../value/utf8.ts';

/** The number that starts at `at`, and where it ends. */
function numberAt(runes: readonly number[], at: number, start: bigint): { value: bigint; end: number } {
  let value = start;
  let end = at;
  for (; isDigit(runes[end] ?? 0); end++) value = value * 10n + BigInt((runes[end] ?? 0) - 48);
  return { value, end };
}

/** True when a digit other than zero stands directly before the place: then zeros count as digits of a number. */
function continuesNumber(runes: readonly number[], at: number): boolean {
  for (let before = at - 1; before >= 0 && isDigit(runes[before] ?? 0); before--) {
    if (runes[before] !== 0x30) return true;
  }
  return false;
}

/** go-yaml's order of keys: letters after all else, numbers by value, so that `a2` comes before `a10`. */
export function compareYamlKeys(a: string, b: string): number {
  const left = runesOf(a);
  const right = runesOf(b);
  for (let at = 0; at < left.length && at < right.length; at++) {
    const l = left[at] ?? 0;
    const r = right[at] ?? 0;
    if (l === r) continue;
    const leftIsLetter = isLetter(l);
    const rightIsLetter = isLetter(r);
    if (leftIsLetter && rightIsLetter) return l - r;
    if (leftIsLetter || rightIsLetter) return rightIsLetter ? -1 : 1;
    const start = (l === 0x30 || r === 0x30) && continuesNumber(left, at) ? 1n : 0n;
    const leftNumber = numberAt(left, at, start);
    const rightNumber = numberAt(right, at, start);
    if (leftNumber.value !== rightNumber.value) return leftNumber.value < rightNumber.value ? -1 : 1;
    if (leftNumber.end !== rightNumber.end) return leftNumber.end - rightNumber.end;
    return l - r;
  }
  return left.length - right.length;
}
