/** Templates of the areas whose answers differ on purpose or for a known reason, with the reason. */
export const knownDifferences: ReadonlyMap<string, string> = new Map();
