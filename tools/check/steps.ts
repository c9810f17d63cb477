/** Runs the steps of a gate so that one run tells everything that is wrong. */

/** One step of the gate. */
export interface Step {
  readonly name: string;
  /**
   * Whether it passed. What it throws counts as a failure and ends no other step.
   * @param print takes what there is to say, in whole lines; shown when the step has ended
   */
  readonly run: (print: (text: string) => void) => Promise<boolean> | boolean;
}

/** How a step ended. */
export interface StepResult {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** What it printed, and what it threw. */
  readonly output: string;
}

/** What a missing or incomplete install looks like, in the words of Node, npm's links, shells and TypeScript. */
const NOT_INSTALLED = [
  /Cannot find (?:module|package) '(?![./])/,
  /ERR_MODULE_NOT_FOUND/,
  /ENOENT.*node_modules/,
  /node_modules\S*: (?:not found|No such file)/,
  /Could not resolve "@?[a-z]/,
];

/**
 * Runs lanes beside each other, the steps of a lane one after the other, every step whatever became of the others.
 * @param onResult told when a step has ended
 * @param clock monotonic milliseconds; default `performance.now`
 * @returns all results in the order of the lanes
 */
export async function runSteps(
  lanes: readonly (readonly Step[])[],
  onResult: (result: StepResult) => void,
  clock: () => number = () => performance.now(),
): Promise<StepResult[]> {
  const results = await Promise.all(
    lanes.map(async (lane) => {
      const ended: StepResult[] = [];
      for (const step of lane) {
        const result = await runStep(step, clock);
        ended.push(result);
        onResult(result);
      }
      return ended;
    }),
  );
  return results.flat();
}

/** A sentence that says what to do, where what a step printed shows that packages are missing; otherwise undefined. */
export function remedyFor(output: string): string | undefined {
  return NOT_INSTALLED.some((sign) => sign.test(output))
    ? 'packages seem to be missing: run "npm install", then this command again'
    : undefined;
}

async function runStep({ name, run }: Step, clock: () => number): Promise<StepResult> {
  const started = clock();
  const printed: string[] = [];
  let passed = false;
  try {
    passed = await run((text) => printed.push(text));
  } catch (error) {
    printed.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { name, passed, seconds: (clock() - started) / 1000, output: printed.join('\n').trim() };
}
