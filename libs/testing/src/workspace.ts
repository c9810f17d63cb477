import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Root of the checkout. */
export const workspaceRoot = resolve(import.meta.dirname, '..', '..', '..');

/** Directory that holds `apps/<name>/dist` and `charts` of another revision, to install that one instead of the checkout. */
export const BUNDLES_ENV = 'ESO_BUNDLES';

const installedRoot = process.env[BUNDLES_ENV] ?? workspaceRoot;

/**
 * Folders like the one in ESO_BUNDLES, by the name of a program (`core`) or chart (`external-secrets`) that is taken from there.
 * One that is not named is taken from the folder in ESO_BUNDLES, or else from this checkout.
 */
export type Origins = Readonly<Record<string, string>>;

/** Names of the charts of what is installed. */
export const chartNames = (): Promise<string[]> => readdir(join(installedRoot, 'charts'));

/** Path below the folder of a chart. */
export const chartPath = ([chart = '', ...path]: readonly string[], origins: Origins = {}): string =>
  join(origins[chart] ?? installedRoot, 'charts', chart, ...path);

/** Path of the program of an app, as `nx run-many -t bundle` builds it. */
export const bundlePath = (app: string, origins: Origins = {}): string =>
  join(origins[app] ?? installedRoot, 'apps', app, 'dist', 'main.mjs');
