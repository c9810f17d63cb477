import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestsOf } from '../lint/arrows.ts';
import type { Outputs } from './bundle-start.ts';
import { bundleViolations, type Metafile, needsWorker, startViolations } from './bundles.ts';
import type { Lockfile } from './lockfile.ts';

/**
 * Reads the metafiles of every app's bundles: what may not be inside, and what is missing, one sentence each.
 * @param options.some not every app needs a bundle: those alone were built that a change reaches; default false
 */
export function bundleProblems(root: string, { some = false }: { readonly some?: boolean } = {}): string[] {
  const manifests = manifestsOf(root);
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile;
  return manifests.flatMap((manifest) => {
    const { folder, tags } = manifest;
    if (!tags.includes('layer:app')) return [];
    const main = readMetafile(join(root, folder, 'dist', 'meta.json'));
    if (!main) return some ? [] : [`${folder} has no bundle (dist/meta.json)`];
    const worker = readMetafile(join(root, folder, 'dist', 'meta-worker.json'));
    if (!worker && needsWorker(main)) return [`${folder} starts workers, and has no program for them (src/worker.ts)`];
    return [
      ...[main, ...(worker ? [worker] : [])].flatMap((bundle) => bundleViolations(folder, bundle, manifests, lock)),
      ...startViolations(manifest, main.outputs),
    ];
  });
}

function readMetafile(path: string): (Metafile & { readonly outputs: Outputs }) | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Metafile & { outputs: Outputs }) : undefined;
}
