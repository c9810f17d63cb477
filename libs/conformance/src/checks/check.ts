import type { Lab } from '../lab.ts';

/**
 * Looks whether a provider keeps one rule.
 * @throws BrokenRule with what was seen; NothingToCheck where nothing of what the provider has is concerned
 */
export type Check = (lab: Lab) => Promise<void>;

/** Checks of one group, by the ids of its rules. */
export type Checks<Group extends string> = Readonly<Record<`${Group}.${number}`, Check>>;
