/** Two tables of facts side by side. */
import { canonical, type FactTable } from './facts.ts';

/** A fact that is not the same on both sides, and is so on purpose. */
export interface Difference {
  readonly path: string;
  /** The keyword that differs; `field` where one side alone has the field. */
  readonly keyword: string;
  /** Both values as they are: a difference that grows is a new one. Absent where a side has none. */
  readonly theirs?: unknown;
  readonly ours?: unknown;
  readonly reason: string;
}

/** The result: what differs without being known, what is known and does not differ, and how much was compared. */
export interface Comparison {
  readonly problems: readonly string[];
  readonly fields: number;
  readonly facts: number;
  readonly differences: readonly Difference[];
}

type Found = Omit<Difference, 'reason'>;

/**
 * Compares field by field and keyword by keyword.
 * @param known differences with a reason; each has to be there exactly as it says
 */
export function compare(theirs: FactTable, ours: FactTable, known: readonly Difference[]): Comparison {
  const key = ({ path, keyword, theirs: a, ours: b }: Found): string =>
    canonical([path, { [keyword]: a ?? null }, { [keyword]: b ?? null }]);
  const found = [...new Set([...theirs.keys(), ...ours.keys()])]
    .sort()
    .flatMap((path) => differencesAt(path, theirs, ours));
  const reasons = new Set(known.map(key));
  const present = new Set(found.map(key));
  return {
    problems: [
      ...found
        .filter((one) => !reasons.has(key(one)))
        .map(
          ({ path, keyword, theirs: a, ours: b }) => `${path}: ${keyword} is ${shown(a)} upstream and ${shown(b)} here`,
        ),
      ...known
        .filter((one) => !present.has(key(one)))
        .map(({ path, keyword }) => `${path}: ${keyword} no longer differs as the list of differences says`),
    ],
    fields: [...ours.keys()].filter((path) => theirs.has(path)).length,
    facts: [...ours].reduce((sum, [, facts]) => sum + Object.keys(facts).length, 0),
    differences: known,
  };
}

function differencesAt(path: string, theirs: FactTable, ours: FactTable): Found[] {
  const [a, b] = [theirs.get(path), ours.get(path)];
  if (!a || !b) return [{ path, keyword: 'field', ...(a ? { theirs: a } : {}), ...(b ? { ours: b } : {}) }];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((keyword) => canonical({ [keyword]: a[keyword] }) !== canonical({ [keyword]: b[keyword] }))
    .map((keyword) => ({ path, keyword, theirs: a[keyword], ours: b[keyword] }));
}

const shown = (value: unknown): string => (value === undefined ? 'absent' : canonical({ enum: value }).slice(8, -1));
