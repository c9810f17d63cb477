/** `npx nx g @eso/tools:provider NAME`: everything that a new provider consists of, and nothing in a file of another package. */
import { join } from 'node:path';
import { formatFiles, generateFiles, type GeneratorCallback, readJson, type Tree } from '@nx/devkit';
import { isInstalled } from '../setup.mjs';
import { finish } from './finish.ts';
import { type ProviderNameOptions, providerNames, type TakenNames } from './names.ts';

/**
 * Writes the files of a new provider into the workspace. What it returns then makes of them what is generated, and puts the new
 * package into the lock file.
 * @throws Error for a name that cannot be or is taken; nothing is written then
 */
export default async function providerGenerator(tree: Tree, options: ProviderNameOptions): Promise<GeneratorCallback> {
  const names = providerNames(options, takenNames(tree));
  const versionOf = (folder: string): string => readJson<{ version: string }>(tree, `${folder}/package.json`).version;
  const versions = {
    apiVersion: versionOf('libs/api'),
    conformanceVersion: versionOf('libs/conformance'),
    chartVersion: /^version: (\S+)$/m.exec(tree.read('charts/provider/Chart.yaml', 'utf8') ?? '')?.[1] ?? '',
  };
  generateFiles(tree, join(import.meta.dirname, 'files'), '.', { ...names, ...versions });
  await formatFiles(tree);
  // Asked before the new package is on disk.
  const wereInstalled = isInstalled();
  return () => finish(tree.root, names, { wereInstalled });
}

/** What the workspace has, by the names of its files. */
function takenNames(tree: Tree): TakenNames {
  const apps = tree.children('apps');
  const charts = tree.children('charts');
  const crds = charts.flatMap((chart) =>
    tree.children(`charts/${chart}/files/crds`).map((file) => `charts/${chart}/files/crds/${file}`),
  );
  return {
    apps,
    charts,
    kinds: crds.flatMap((file) => /^ {4}kind: (\w+)$/m.exec(tree.read(file, 'utf8') ?? '')?.[1] ?? []),
    plurals: crds.flatMap((file) => /_(\w+)\.yaml$/.exec(file)?.[1] ?? []),
    keys: apps.flatMap((app) => tree.children(`apps/${app}/src/config/gen`).map((file) => file.replace(/\.ts$/, ''))),
  };
}
