import { join, resolve } from 'node:path';

/** Root of the checkout. */
export const workspaceRoot = resolve(import.meta.dirname, '..', '..', '..');

/** Path below the checkout's `charts` folder. */
export const chartPath = (...parts: string[]): string => join(workspaceRoot, 'charts', ...parts);
