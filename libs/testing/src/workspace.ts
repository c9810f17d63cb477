import { join, resolve } from 'node:path';

/** Root of the checkout. */
export const workspaceRoot = resolve(import.meta.dirname, '..', '..', '..');

/** Directory that holds `apps/<name>/dist` and `charts` of another revision, to install that one instead of the checkout. */
export const BUNDLES_ENV = 'ESO_BUNDLES';

const installedRoot = process.env[BUNDLES_ENV] ?? workspaceRoot;

/** Path below the `charts` folder of what is installed. */
export const chartPath = (...parts: string[]): string => join(installedRoot, 'charts', ...parts);

/** Path of the program of an app, as `nx run-many -t bundle` builds it. */
export const bundlePath = (app: string): string => join(installedRoot, 'apps', app, 'dist', 'main.mjs');
