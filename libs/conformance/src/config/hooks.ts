/** What can be done to a provider from outside, beside calling it: a command of the shell, or a function in the same process. */
export const HOOKS = ['replaceCertificates', 'stop'] as const;

/** Name of one of them. */
export type HookName = (typeof HOOKS)[number];
