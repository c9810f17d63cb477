/**
 * What may be inside each bundle: what the app's own package.json leads to, as far as the arrows of the house go. Proves on esbuild's
 * metafile what the lint rule says about imports. No list names an app.
 */
import { type Manifest, mayImport } from '../lint/arrows.ts';
import { type Outputs, readAtStart } from './bundle-start.ts';
import { type Lockfile, runtimeClosure } from './lockfile.ts';

/** The part of esbuild's metafile that is read here. */
export interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Schema tooling (zod) and fixtures are for whoever builds a program, never for the program. */
const NEVER = ['libs/api/src/schema/', 'libs/api/src/testing/', 'node_modules/zod/'];

/** The side of the wire that only a provider has. */
const SERVER = 'libs/api/src/server/';

/**
 * Everything in a bundle that may not be there, one sentence each, sorted.
 * @param app folder of the app: `apps/core`
 * @param manifests every package of the workspace
 * @throws Error when `app` is none of them
 */
export function bundleViolations(
  app: string,
  metafile: Metafile,
  manifests: readonly Manifest[],
  lock: Lockfile,
): string[] {
  const manifest = manifests.find(({ folder }) => folder === app);
  if (!manifest) throw new Error(`${app} has no package.json`);
  const found = new Set<string>();
  const may = (from: string, to: string): boolean => {
    const [source, target] = [from, to].map((folder) => manifests.find((each) => each.folder === folder));
    if (source && target && mayImport(source, target)) return true;
    found.add(
      `${from}/package.json names ${target?.name ?? to}, which ${source?.tags.join(', ') ?? from} may not import`,
    );
    return false;
  };
  const allowed = runtimeClosure(lock, app, may);
  const never = manifest.tags.includes('app:provider') ? NEVER : [...NEVER, SERVER];
  for (const input of Object.keys(metafile.inputs)) {
    const place = placeOf(input);
    const named =
      place === undefined
        ? manifests.some(({ folder }) => allowed.has(folder) && input.startsWith(`${folder}/`))
        : allowed.has(place);
    if (never.some((folder) => input.startsWith(folder)))
      found.add(`${app} bundles ${place ?? input}, which an app of its kind may not`);
    else if (!named) found.add(`${app} bundles ${place ?? input}, which its package.json does not lead to`);
  }
  return [...found].sort();
}

/**
 * What a provider reads at its start although no store was opened yet: packages that its own package.json names, an SDK mostly. They take
 * memory from whoever runs a provider and time from each of its starts. One sentence for each package, sorted.
 */
export function startViolations({ folder, tags, dependencies }: Manifest, outputs: Outputs): string[] {
  if (!tags.includes('app:provider')) return [];
  const own = dependencies.filter((name) => !name.startsWith('@eso/'));
  const inputs = readAtStart(outputs).flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
  return own
    .filter((name) => inputs.some((input) => input.includes(`node_modules/${name}/`)))
    .map(
      (name) =>
        `${folder} loads ${name} at its start: import("…") the file that uses it where the first store is opened`,
    )
    .sort();
}

/** Files that start worker threads, so that a bundle with one of them needs the program of its workers beside it. */
const STARTS_WORKERS = ['libs/sync/src/shape/shaper.ts', 'libs/api/src/server/calls/heavy-calls.ts'];

/** Whether `dist/worker.mjs` has to be beside this bundle. */
export function needsWorker({ inputs }: Metafile): boolean {
  return STARTS_WORKERS.some((file) => file in inputs);
}

/** Where the npm package of a metafile's input is installed; undefined for a file of this workspace. */
function placeOf(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}
