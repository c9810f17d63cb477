// What Nx cannot read off imports: a library is built for publishing after the libraries that its package.json names. Its tests import
// fixtures that stand on the library itself, so that the graph of imports goes round in circles.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @type {import('nx/src/devkit-exports').CreateNodesV2} */
export const createNodesV2 = [
  'libs/*/package.json',
  (files, _options, { workspaceRoot }) =>
    files.map((file) => {
      const { nx, dependencies } = readManifest(join(workspaceRoot, file));
      if (nx?.targets?.['build-lib'] === undefined) return [file, {}];
      const projects = Object.keys(dependencies ?? {}).filter((name) => name.startsWith('@eso/'));
      const dependsOn = projects.length === 0 ? [] : [{ projects, target: 'build-lib' }];
      return [file, { projects: { [dirname(file)]: { targets: { 'build-lib': { dependsOn } } } } }];
    }),
];

/**
 * @typedef {{ nx?: { targets?: Record<string, unknown> }, dependencies?: Record<string, string> }} Manifest
 *
 * @param {string} path
 */
function readManifest(path) {
  /** @type {unknown} */
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  return /** @type {Manifest} */ (manifest);
}
