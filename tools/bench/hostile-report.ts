/** Times the p99 gap without attack that a gap under attack may be. */
export const MOST_TIMES = 3;

/** What an attack did. */
export interface HostileResult {
  readonly entry: string;
  /** 99 of 100 gaps between two refreshes of the neighbour were shorter. */
  readonly p99GapMs: number;
  readonly gaps: number;
  /** p99GapMs to that of the run without attack. */
  readonly ratio: number;
  /** What the guilty object came to: the code of its condition, `synced`, `rejected`, or what was missing. */
  readonly guilty: string;
  /** Whether that is what the corpus expects. */
  readonly asExpected: boolean;
  readonly leadershipsLost: number;
  readonly processesEnded: number;
  /** Every different condition of the guilty objects. */
  readonly said: readonly string[];
}

export interface HostileReport {
  readonly scenario: 'hostile';
  readonly seconds: number;
  readonly copies: number;
  readonly quiet: { readonly p99GapMs: number; readonly gaps: number };
  readonly entries: readonly HostileResult[];
}

/** Whether an attack hurt nobody but who made it. */
export function isHarmless({ ratio, asExpected, leadershipsLost, processesEnded }: HostileResult): boolean {
  return ratio <= MOST_TIMES && asExpected && leadershipsLost === 0 && processesEnded === 0;
}
