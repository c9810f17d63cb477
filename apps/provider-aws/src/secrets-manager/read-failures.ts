import { ProviderError } from '@eso/api/server';
import type { FieldPath } from '../aws/aws-config.ts';
import { type AwsError, awsFailure, type FailedCall, isAwsError } from '../aws/failure.ts';
import { absenceFailure, absenceIn, absentPart, type ReadRequest, type VersionSelector, strayArn } from './absence.ts';

/** As users know it. */
export const SERVICE_NAME = 'AWS Secrets Manager';

/** What a second question to AWS is asked with. */
export interface ReadFailuresOptions {
  readonly region: string;
  readonly at: FieldPath;
  /** Whether AWS describes a secret. @throws what the SDK throws when it cannot tell */
  readonly exists: (id: string, signal: AbortSignal) => Promise<boolean>;
  /** The account that requests are made as, if that is known. */
  readonly account: () => Promise<string | undefined>;
}

/** Finds out what the failure of a read means, and asks AWS once more where its answer leaves open what is absent. */
export class ReadFailures {
  readonly #options: ReadFailuresOptions;

  constructor(options: ReadFailuresOptions) {
    this.#options = options;
  }

  /**
   * What the read of one secret failed with.
   * @param what.version absent when the secret's description was read.
   * @throws the reason of `signal` when that is what ended the read.
   */
  async of(
    thrown: unknown,
    what: { readonly id: string; readonly version?: VersionSelector },
    signal: AbortSignal,
  ): Promise<ProviderError> {
    signal.throwIfAborted();
    const asked: ReadRequest = { ...what, ...this.#place() };
    if (thrown instanceof ProviderError || !isAwsError(thrown)) return this.#failure(thrown, asked);
    const failure = this.#failure(thrown, asked);
    if (!ABOUT_THE_SECRET.has(failure.code)) return failure;
    const stray = strayArn(asked, undefined, thrown);
    if (stray) return stray;
    if (absenceIn(thrown, asked.version) !== 'secret') return failure;
    return (await this.#secondLook(thrown, asked, signal)) ?? failure;
  }

  /** What reading a secret that AWS itself has listed failed with. */
  listed(error: AwsError, id: string): ProviderError {
    return this.#failure(error, { id, ...this.#place() }, 'find');
  }

  /**
   * Deletion policies act on an absent secret, and AWS uses the same error where only a version is absent: so it has to be
   * absent for a second question, too. Undefined: it is.
   */
  async #secondLook(error: AwsError, asked: ReadRequest, signal: AbortSignal): Promise<ProviderError | undefined> {
    try {
      if (asked.version && (await this.#options.exists(asked.id, signal)))
        return absenceFailure(absentPart(asked.version), asked, error);
    } catch (second) {
      signal.throwIfAborted();
      const failure = this.#failure(second, { id: asked.id, ...this.#place() });
      // Without the right to ask, AWS's first words are all there is.
      if (failure.code !== 'ACCESS_DENIED') return failure;
    }
    const elsewhere = strayArn(asked, asked.id.startsWith('arn:') ? await this.#options.account() : undefined, error);
    signal.throwIfAborted();
    return elsewhere;
  }

  #place(): Pick<ReadRequest, 'region' | 'at'> {
    const { region, at } = this.#options;
    return { region, at };
  }

  #failure(thrown: unknown, asked: ReadRequest, field?: 'find'): ProviderError {
    if (isAwsError(thrown)) {
      const absence = absenceIn(thrown, asked.version);
      if (absence) return absenceFailure(absence, asked, thrown);
    }
    return awsFailure(thrown, {
      service: SERVICE_NAME,
      region: asked.region,
      action: `${asked.version || field ? 'read' : 'describe'} secret ${asked.id}`,
      field: field ?? fieldOf(thrown),
      invalidRequest: 'INVALID_REQUEST',
      at: asked.at,
    } satisfies FailedCall);
  }
}

/** Failures that an ARN of another region or account may be behind. */
const ABOUT_THE_SECRET: ReadonlySet<string> = new Set([
  'SECRET_NOT_FOUND', 'VERSION_NOT_FOUND', 'INVALID_REQUEST', 'ACCESS_DENIED',
]); // prettier-ignore

/** AWS names the parameter that it refuses. */
function fieldOf(thrown: unknown): string {
  return isAwsError(thrown) && /\bversion ?(id|stage)\b/i.test(thrown.message) ? 'remoteRef.version' : 'remoteRef.key';
}
