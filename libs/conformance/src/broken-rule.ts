/** What a check has seen that the rule forbids; the text is the report's. It names no value of the config. */
export class BrokenRule extends Error {
  override readonly name = 'BrokenRule';
}

/** Thrown by a check that finds nothing to check, though everything that its rule needs is there. */
export class NothingToCheck extends Error {
  override readonly name = 'NothingToCheck';
}

/** @throws BrokenRule with `seen` unless `holds` */
export function demand(holds: boolean, seen: string): asserts holds {
  if (!holds) throw new BrokenRule(seen);
}
