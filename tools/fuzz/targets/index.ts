import type { Target } from '../target.ts';

/** Loaded one by one: each brings the library that it tries. */
const LOADERS: Readonly<Record<string, () => Promise<Target>>> = {
  frames: async () => (await import('./frames.ts')).frames,
  certificates: async () => (await import('./certificates.ts')).certificates,
  properties: async () => (await import('./properties.ts')).properties,
  yaml: async () => (await import('./yaml.ts')).yaml,
  templates: async () => (await import('./templates.ts')).templates,
  objects: async () => (await import('./objects.ts')).objects,
  regexps: async () => (await import('./regexps.ts')).regexps,
  'aws-answers': async () => (await import('./aws-answers.ts')).awsAnswers,
};

/** Names of all targets, in the order in which they run. */
export const targetNames: readonly string[] = Object.keys(LOADERS);

/**
 * The target of this name.
 * @throws Error for a name that none has
 */
export function loadTarget(name: string): Promise<Target> {
  const load = LOADERS[name];
  if (!load) throw new Error(`there is no target ${name}`);
  return load();
}
