/** What is longer is no slip of the pen, and would take time in its square. */
const LONGEST = 64;

/**
 * The name that is most like a mistyped one; undefined where none is near: more than one in three characters would have to be added,
 * dropped or replaced.
 */
export function nearestName(mistyped: string, names: Iterable<string>): string | undefined {
  if (mistyped.length > LONGEST) return undefined;
  let nearest: string | undefined;
  let least = Math.floor(mistyped.length / 3) + 1;
  for (const name of names) {
    if (Math.abs(name.length - mistyped.length) >= least) continue;
    const distance = editDistance(mistyped, name);
    if (distance >= least) continue;
    least = distance;
    nearest = name;
  }
  return nearest;
}

/** Levenshtein's distance, row by row. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column < row.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (to[column - 1] === from[line - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
