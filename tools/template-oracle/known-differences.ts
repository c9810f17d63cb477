/**
 * Templates of the areas that no table holds, with the reason. Both engines are right about most of them: their answers are
 * large, or they end at a limit of ours that Go does not have.
 */
export const knownDifferences: ReadonlyMap<string, string> = new Map(
  ['%1000001d', '%.1000001d']
    .flatMap((format) =>
      ['', '1', '1 2', '1 2 3', '5 1', '-5 1', '1.5 2', '(int64 5) 1', '1000001 1'].map((args) => [format, args]),
    )
    .map(([format, args]) => [`{{ printf "${format}" ${args} }}`, 'a megabyte of blanks']),
);
