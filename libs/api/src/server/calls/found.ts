import { limits } from '../../contract/limits.ts';
import { ProviderError } from '../../contract/provider-error.ts';
import type { CallContext } from '../backend.ts';

/** Names in the log line about what was left out. */
const NAMED = 10;
const ABSENT: ReadonlySet<string> = new Set(['SECRET_NOT_FOUND', 'VERSION_NOT_FOUND']);

/** What a find has found so far. It ends a find that no answer could carry before it fills the memory. */
export class Found {
  readonly secrets = new Map<string, Uint8Array>();
  readonly #leftOut: string[] = [];
  #bytes = 0;

  /** @param failure of the read of a listed secret. @throws it, unless it says that there is no such secret, or no value in it. */
  leaveOut(name: string, failure: unknown): void {
    if (!(failure instanceof ProviderError) || !ABSENT.has(failure.code)) throw failure;
    this.#leftOut.push(name);
  }

  /** @param value undefined for a secret that has none */
  add(name: string, value: Uint8Array | undefined): void {
    if (!value) {
      this.#leftOut.push(name);
      return;
    }
    this.#bytes += value.length - (this.secrets.get(name)?.length ?? 0);
    this.secrets.set(name, value);
    if (this.#bytes > limits.messageBytesCap)
      throw new ProviderError('LIMIT_EXCEEDED', `the secrets found have more than ${limits.messageBytesCap} bytes`, {
        field: 'find',
        nextStep: 'select fewer secrets',
      });
  }

  /** Writes one line about what was left out, if anything was. @param what plural, as users know it: `secrets` */
  logLeftOut(logger: CallContext['logger'], what: 'secrets' | 'parameters'): void {
    if (this.#leftOut.length === 0) return;
    logger.info(
      { count: this.#leftOut.length, [what]: this.#leftOut.slice(0, NAMED) },
      `find leaves out ${what} that have no value yet, or were deleted since they were listed`,
    );
  }
}
