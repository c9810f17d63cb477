import { createHash } from 'node:crypto';
import { CA_SECRET } from '@eso/api/resources';
import { isKubeError, type KubeClient, type Secret, secrets } from '@eso/kube';
import {
  createCertificateAuthority,
  openCertificateAuthority,
  openSeal,
  type OpenedAuthority,
  PkiError,
  sealBundle,
  type Signer,
  type SignerSource,
} from '@eso/pki';
import { abortable, type Clock, type Logger } from '@eso/runtime';
import { CertificateError } from '../error.ts';
import {
  AuthorityRecord,
  type AuthorityState,
  ANNOTATION_AUTHORITY,
  compareStates,
  type RememberedAuthority,
  stateText,
} from './authority-record.ts';
import { authoritySecret, readAuthoritySecret } from './authority-secret.ts';

/** What an {@link AuthorityKeeper} works on and whom it notifies. No option has a default. */
export interface AuthorityKeeperOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Name of the Lease of the leader election, in the same namespace: there it is remembered which authority is in force. */
  readonly leaseName: string;
  /** Makes and opens the authority's key. */
  readonly source: SignerSource;
  /** Life of a new authority, in milliseconds. */
  readonly validityMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when an authority was made. */
  readonly onCreated: (secret: AuthoritySubject) => void;
  /** Called when another authority signs from now on, or peers have to trust something else: every leaf has to be looked at. */
  readonly onChanged: () => void;
}

/** The authority's Secret without its data: what events are about. */
export type AuthoritySubject = Pick<Secret, 'apiVersion' | 'kind' | 'metadata'>;

/** The authority as it is stored now. */
export interface KeptAuthority {
  readonly authority: OpenedAuthority;
  readonly secret: AuthoritySubject;
}

/** What was opened, from which version of the Secret, and what was remembered as in force then. */
interface Opened {
  readonly uid: string;
  readonly version: string;
  readonly state: AuthorityState;
  readonly inForce: AuthorityState;
  readonly authority: OpenedAuthority;
}

/**
 * The one reader and writer of the authority's Secret. It makes an authority where there is none, and never replaces one: what
 * was issued before would be worth nothing at once.
 */
export class AuthorityKeeper {
  readonly #options: AuthorityKeeperOptions;
  /** What was opened last. */
  #opened: Opened | undefined;
  readonly #record: AuthorityRecord;
  /** The pass that is under way, and those that wait for it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: AuthorityKeeperOptions) {
    this.#options = options;
    const { client, namespace, leaseName: name } = options;
    this.#record = new AuthorityRecord({ client, lease: { namespace, name } });
  }

  /**
   * The authority, made if there is none. Reads its Secret each time: a leaf must not be signed by one that is gone.
   * @throws CertificateError AUTHORITY_FOREIGN, AUTHORITY_UNUSABLE, AUTHORITY_UNCONFIRMED; PkiError about the key-encryption key; KubeError
   */
  ensure(signal: AbortSignal): Promise<KeptAuthority> {
    return this.#inTurn(() => this.#ensure(signal), signal);
  }

  async #ensure(signal: AbortSignal): Promise<KeptAuthority> {
    const found = await this.#read(signal);
    if (found) return this.#open(found, signal);
    const created = await this.#create(signal);
    if (created) return this.#open(created, signal);
    // Another replica, or another pass of this one, was faster: theirs is the authority.
    const theirs = await this.#read(signal);
    if (theirs) return this.#open(theirs, signal);
    throw new CertificateError('UNEXPECTED', `Secret ${CA_SECRET} came and went`, { retryable: true });
  }

  /**
   * Has it written down again which authority is in force, where that has gone: somebody may have deleted the Lease. Where an
   * administrator named another state in force, what is stored is judged anew the next time.
   * @throws CertificateError AUTHORITY_UNCONFIRMED; KubeError
   */
  remember(signal: AbortSignal): Promise<void> {
    return this.#inTurn(() => this.#remember(signal), signal);
  }

  async #remember(signal: AbortSignal): Promise<void> {
    if (!this.#opened) return;
    const { inForce } = await this.#record.remember(this.#opened.state, signal);
    if (stateText(inForce) !== stateText(this.#opened.inForce)) this.#opened = { ...this.#opened, version: '' };
  }

  /**
   * One after the other: between reading what is remembered and writing it, another pass may have made an authority, beside which this
   * one's would look like a copy of an older one for good.
   */
  #inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const turn = this.#turn.then(() => {
      signal.throwIfAborted();
      return work();
    });
    this.#turn = turn.catch(() => undefined);
    return abortable(turn, signal);
  }

  async #read(signal: AbortSignal): Promise<Secret | undefined> {
    const { client, namespace } = this.#options;
    try {
      return await client.get(secrets, { namespace, name: CA_SECRET }, { signal });
    } catch (error) {
      if (isKubeError(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async #create(signal: AbortSignal): Promise<Secret | undefined> {
    const { client, namespace, source, validityMs, clock, logger, onCreated } = this.#options;
    const { signer, stored: key } = await source.create(signal);
    const { bundle, certificate } = await createCertificateAuthority({ signer, validityMs, clock, signal });
    const generation = ((await this.#record.read(signal))?.highest ?? 0) + 1;
    const seal = await sealBundle({ certificates: [certificate], generation, signer, signal });
    try {
      const secret = await client.create(secrets, authoritySecret(namespace, { bundle, seal, key }), { signal });
      const { serialNumber: serial, validTo } = certificate;
      logger.info({ secret: CA_SECRET, serial, validTo, signer: source.kind }, 'made a certificate authority');
      onCreated(withoutData(secret));
      return secret;
    } catch (error) {
      if (isKubeError(error, 'ALREADY_EXISTS')) return undefined;
      throw error;
    }
  }

  async #open(secret: Secret, signal: AbortSignal): Promise<KeptAuthority> {
    const subject = withoutData(secret);
    const { uid = '', resourceVersion: version = '' } = secret.metadata;
    if (this.#opened?.uid === uid && this.#opened.version === version)
      return { authority: this.#opened.authority, secret: subject };
    const opened = await this.#openStored(secret, signal);
    const { authority } = opened;
    const before = this.#opened?.authority;
    this.#opened = { uid, version, ...opened };
    // Told here and not by the pass over the authority alone: whichever pass reads a change first has issued by it already.
    if (before && !isSame(before, authority)) this.#options.onChanged();
    return { authority, secret: subject };
  }

  async #openStored(secret: Secret, signal: AbortSignal): Promise<Omit<Opened, 'uid' | 'version'>> {
    const { source } = this.#options;
    const { bundle, seal, key } = readAuthoritySecret(secret, source);
    try {
      const signer = await source.open(key, signal);
      const state = stateOf(signer, seal);
      const remembered = await this.#record.read(signal);
      if (remembered && compareStates(state, remembered) === 'rolled-back') throw this.#notNewer(state, remembered);
      const atLeastGeneration = remembered?.inForce.key === state.key ? remembered.inForce.generation : 0;
      const authority = openCertificateAuthority({ bundle, seal, signer, atLeastGeneration });
      // Before anything is issued by it: a copy of what was there before must not pass for the last word.
      const { inForce } = await this.#record.remember(state, signal);
      return { authority, state, inForce };
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      const where = `Secret ${secret.metadata.namespace ?? ''}/${CA_SECRET}`;
      const { retryable, publicMessage } = error;
      throw new CertificateError('AUTHORITY_UNUSABLE', `${where}: ${publicMessage}`, { retryable, cause: error });
    }
  }

  #notNewer(stored: AuthorityState, { inForce, highest }: RememberedAuthority): CertificateError {
    const { namespace, leaseName } = this.#options;
    return new CertificateError(
      'AUTHORITY_UNCONFIRMED',
      `Secret ${namespace}/${CA_SECRET} holds another certificate authority than the last one, and none that is newer: ` +
        `${describe(stored)}. Last in force was ${describe(inForce)}, and the highest generation there was is ${highest}. Nothing is ` +
        'issued, and what was issued stays as it is. Find out who wrote this Secret, and put the last one back. If a backup was restored ' +
        `on purpose, confirm it: kubectl -n ${namespace} annotate --overwrite lease ${leaseName} ${ANNOTATION_AUTHORITY}=${stateText(stored)}`,
    );
  }
}

/** Which state of which authority is stored, as far as its own key says so. */
function stateOf(signer: Signer, seal: string | undefined): AuthorityState {
  const key = createHash('sha256')
    .update(signer.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
  return { key, generation: (seal === undefined ? undefined : openSeal(seal, signer))?.generation ?? 0 };
}

const describe = ({ generation, key }: AuthorityState): string => `generation ${generation} (key ${key.slice(0, 16)})`;

/** Whether leaves of the one are good leaves of the other. */
function isSame(one: OpenedAuthority, other: OpenedAuthority): boolean {
  return one.certificate.fingerprint256 === other.certificate.fingerprint256 && one.bundle === other.bundle;
}

function withoutData({ apiVersion, kind, metadata }: Secret): AuthoritySubject {
  return { apiVersion, kind, metadata };
}
