import { errorText } from './text.ts';

/** A check answers with the reason why not, or undefined when all is well. It must be quick and must not wait. */
export type HealthCheck = () => string | undefined;

/** How one check went. */
export interface HealthCheckResult {
  name: string;
  /** Absent when the check passes. */
  reason?: string;
}

/** A named set of checks behind one probe. A set without checks passes. */
export class Readiness {
  readonly #checks = new Map<string, HealthCheck>();

  /** Adds a check; one of the same name is replaced. */
  add(name: string, check: HealthCheck): void {
    this.#checks.set(name, check);
  }

  /** Runs every check. One that throws has failed with what it threw. */
  results(): HealthCheckResult[] {
    return [...this.#checks].map(([name, check]) => {
      const reason = run(check);
      return reason === undefined ? { name } : { name, reason };
    });
  }

  /** The checks that fail now. */
  failures(): { name: string; reason: string }[] {
    return this.results().flatMap(({ name, reason }) => (reason === undefined ? [] : [{ name, reason }]));
  }
}

function run(check: HealthCheck): string | undefined {
  try {
    return check();
  } catch (error) {
    return `check failed: ${errorText(error)}`;
  }
}
