import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What can be done to a provider from outside, beside calling it. */
export type HookName = 'replaceCertificates' | 'stop';

/** A command of the shell, or a function in the same process; it is done when the doing has begun. */
export type Hook = string | (() => Promise<void>);

/**
 * Does it.
 * @throws Error when a command ends with another code than 0
 */
export async function runHook(hook: Hook): Promise<void> {
  if (typeof hook === 'function') return hook();
  const child = spawn(hook, { shell: true, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the command of a hook ended with code ${String(code)}: ${hook}`);
}
