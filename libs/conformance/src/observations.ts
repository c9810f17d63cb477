/** What was seen of what happens only once in a run; more than one rule is about it. */
export interface Observations {
  reload?: Promise<ReloadSeen>;
  shutdown?: Promise<ShutdownSeen>;
}

/** What was seen while certificates were replaced. */
export interface ReloadSeen {
  /** Whether a new connection got another certificate than before. */
  readonly replaced: boolean;
  /** Calls meanwhile, and what those that failed ended with. */
  readonly calls: number;
  readonly failures: readonly string[];
}

/** What was seen while the provider stopped. */
export interface ShutdownSeen {
  /** What a watcher of health was told, in order. */
  readonly statuses: readonly string[];
  /** What became of a call that was under way (`answered`, or its failure); undefined where there was none. */
  readonly underWay: string | undefined;
  readonly askedToGo: boolean;
  /** Whether a new connection was still served after the last old one had been closed. */
  readonly stillServed: boolean;
}
