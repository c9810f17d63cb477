import { createProjectGraphAsync, workspaceRoot } from '@nx/devkit';
import { root } from '../setup.mjs';

/**
 * Sees to it that the rule of module borders finds Nx's graph of the workspace as it is now: without a graph it is silent, and in
 * an old one a new app is missing. Under `nx lint` Nx has just made it. Costs a second.
 */
export async function refreshProjectGraph(): Promise<void> {
  if (process.env['NX_TASK_TARGET_PROJECT'] !== undefined || workspaceRoot !== root) return;
  process.env['NX_DAEMON'] ??= 'false';
  await createProjectGraphAsync({ exitOnError: false });
}
