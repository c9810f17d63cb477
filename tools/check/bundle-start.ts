/** What a program reads before it serves: its own two files (`tools/bundle.mjs`) and every chunk that those import. */

/** The part of esbuild's metafile about what was written, by path. */
export type Outputs = Readonly<
  Record<
    string,
    {
      readonly bytes: number;
      readonly imports: readonly { readonly path: string; readonly kind: string }[];
      readonly inputs: Readonly<Record<string, unknown>>;
    }
  >
>;

/** Paths of the outputs that are read at the start. */
export function readAtStart(outputs: Outputs): string[] {
  const seen = new Set<string>();
  const add = (path: string): void => {
    const output = outputs[path];
    if (!output || seen.has(path)) return;
    seen.add(path);
    for (const { path: next, kind } of output.imports) if (kind === 'import-statement') add(next);
  };
  for (const path of Object.keys(outputs)) if (/\/dist\/(?:main|program)\.mjs$/.test(path)) add(path);
  return [...seen];
}
