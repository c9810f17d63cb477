/** Something wrong with a config that its schema cannot express. */
export interface ConfigProblem {
  /** Path from the root of a config object: `spec.data[2].value`; also where the config stands in a store. */
  readonly field: string;
  readonly problem: string;
  readonly nextStep: string;
  /** `UNSUPPORTED` for what this provider does not do, whatever else is right. Default `CONFIG_INVALID`. */
  readonly code?: 'CONFIG_INVALID' | 'UNSUPPORTED';
}

/** What a look at a config found. */
export interface ConfigCheck {
  /** The first one is reported, with its code, in answers to every call. */
  readonly problems: readonly ConfigProblem[];
  /** What works and should be changed all the same; shown in the store's Ready condition. */
  readonly warnings?: readonly string[];
}
