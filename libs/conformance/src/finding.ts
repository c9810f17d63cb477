/** What a check has seen that the rule forbids; the text is the report's. It names no value of the config. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** Thrown by a check that finds nothing to check, though everything that its rule needs is there. */
export class NothingToCheck extends Error {
  override readonly name = 'NothingToCheck';
}

/** @throws Finding with `seen` unless `holds` */
export function demand(holds: boolean, seen: string): asserts holds {
  if (!holds) throw new Finding(seen);
}
