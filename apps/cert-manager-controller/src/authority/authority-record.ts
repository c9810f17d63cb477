import { isKubeError, type KubeClient, type Lease, leases } from '@eso/kube';
import { CertificateError } from '../error.ts';

/** Annotation of the Lease: the authority in force, `<generation>-<SHA-256 of its public key in DER, hexadecimal>`. */
export const ANNOTATION_AUTHORITY = 'external-secrets.io/authority';
/** Annotation of the Lease: the highest generation there was. */
export const ANNOTATION_HIGHEST_GENERATION = 'external-secrets.io/authority-highest-generation';

/** One state of the authority. */
export interface AuthorityState {
  /** Of the seal of its bundle; 0 where there is none. */
  readonly generation: number;
  /** SHA-256 of its public key in DER, lower-case hexadecimal. */
  readonly key: string;
}

/** What is remembered of the authority outside of its Secret. */
export interface RememberedAuthority {
  readonly inForce: AuthorityState;
  /** The highest generation there was, of whatever key; at least that of the one in force. */
  readonly highest: number;
}

/**
 * Compares what is stored with what is remembered. The same key may have a newer bundle, which its seal proves, and an older one, which
 * then counts for nothing. Another key has to be of a generation that was never there: what was there is somebody's copy.
 */
export function compareStates(
  stored: AuthorityState,
  remembered: RememberedAuthority | undefined,
): 'known' | 'newer' | 'rolled-back' {
  if (!remembered) return 'newer';
  const { inForce, highest } = remembered;
  if (stored.key === inForce.key) return stored.generation > inForce.generation ? 'newer' : 'known';
  return stored.generation > highest ? 'newer' : 'rolled-back';
}

/** A state as it stands in the annotation. */
export function stateText({ generation, key }: AuthorityState): string {
  return `${generation}-${key}`;
}

/** Where it is recorded which authority is in force. */
export interface AuthorityRecordOptions {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'update'>;
  /** The Lease of the leader election: who may write Secrets, as core may, may not write it. */
  readonly lease: { readonly namespace: string; readonly name: string };
}

/** A renewal of the Lease may come between reading and writing it, several in a row hardly. */
const ATTEMPTS = 5;

/**
 * Remembers the authority in force where the next leader finds it, and who writes Secrets does not get to: as annotations of the Lease.
 * Where these are gone, what this process has seen itself stands for them.
 */
export class AuthorityRecord {
  readonly #options: AuthorityRecordOptions;
  #seen: RememberedAuthority | undefined;

  constructor(options: AuthorityRecordOptions) {
    this.#options = options;
  }

  /**
   * What is remembered; undefined at the very first.
   * @throws CertificateError AUTHORITY_UNCONFIRMED when an annotation does not parse; KubeError
   */
  async read(signal: AbortSignal): Promise<RememberedAuthority | undefined> {
    const lease = await this.#lease(signal);
    return this.#merge(lease && this.#parse(lease));
  }

  /**
   * Has the Lease say at least this: the state in force where it says nothing or `stored` is newer, and the highest generation.
   * @returns what it says now
   * @throws CertificateError AUTHORITY_UNCONFIRMED; KubeError
   */
  async remember(stored: AuthorityState, signal: AbortSignal): Promise<RememberedAuthority> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#rememberOnce(stored, signal);
      } catch (error) {
        if (!isKubeError(error, 'CONFLICT', 'ALREADY_EXISTS', 'NOT_FOUND') || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #rememberOnce(stored: AuthorityState, signal: AbortSignal): Promise<RememberedAuthority> {
    const { client, lease: ref } = this.#options;
    const lease = await this.#lease(signal);
    const written = lease && this.#parse(lease);
    const known = this.#merge(written);
    const inForce = known && compareStates(stored, known) !== 'newer' ? known.inForce : stored;
    const next = { inForce, highest: Math.max(known?.highest ?? 0, stored.generation) };
    if (!isSame(written, next)) {
      const annotations = {
        ...lease?.metadata.annotations,
        [ANNOTATION_AUTHORITY]: stateText(next.inForce),
        [ANNOTATION_HIGHEST_GENERATION]: String(next.highest),
      };
      // Without a holder it is anybody's to take, as one that was given back.
      const base: Lease = lease ?? { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: ref, spec: {} };
      const metadata = { ...base.metadata, annotations };
      if (lease) await client.update(leases, { ...base, metadata }, { signal });
      else await client.create(leases, { ...base, metadata }, { signal });
    }
    this.#seen = next;
    return next;
  }

  async #lease(signal: AbortSignal): Promise<Lease | undefined> {
    const { client, lease } = this.#options;
    try {
      return await client.get(leases, lease, { signal });
    } catch (error) {
      if (isKubeError(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  }

  #parse({ metadata: { annotations = {} } }: Lease): RememberedAuthority | undefined {
    const [text, highestText] = [annotations[ANNOTATION_AUTHORITY], annotations[ANNOTATION_HIGHEST_GENERATION]];
    if (text === undefined) return undefined;
    const [, generation = '', key = ''] = /^(\d{1,15})-([0-9a-f]{64})$/.exec(text) ?? [];
    if (key === '') throw this.#unreadable(ANNOTATION_AUTHORITY, '<generation>-<SHA-256 of the public key>');
    if (!/^\d{1,15}$/.test(highestText ?? '0')) throw this.#unreadable(ANNOTATION_HIGHEST_GENERATION, 'a number');
    const inForce = { generation: Number(generation), key };
    return { inForce, highest: Math.max(inForce.generation, Number(highestText ?? 0)) };
  }

  /** An administrator names the state in force, older or not; the highest generation there was stays what it was. */
  #merge(written: RememberedAuthority | undefined): RememberedAuthority | undefined {
    const seen = this.#seen;
    if (!written || !seen) return written ?? seen;
    return { inForce: written.inForce, highest: Math.max(written.highest, seen.highest) };
  }

  #unreadable(annotation: string, form: string): CertificateError {
    const { namespace, name } = this.#options.lease;
    const where = `Annotation ${annotation} of Lease ${namespace}/${name}`;
    return new CertificateError('AUTHORITY_UNCONFIRMED', `${where} has to be ${form}: correct it`);
  }
}

function isSame(one: RememberedAuthority | undefined, other: RememberedAuthority): boolean {
  return one !== undefined && one.highest === other.highest && stateText(one.inForce) === stateText(other.inForce);
}
