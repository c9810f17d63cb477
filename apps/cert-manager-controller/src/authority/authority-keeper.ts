import { createHash } from 'node:crypto';
import { CA_SECRET } from '@eso/api/resources';
import { isKubeError, type KubeClient, type Secret, secrets } from '@eso/kube';
import {
  createCertificateAuthority,
  openCertificateAuthority,
  type OpenedAuthority,
  PkiError,
  sealBundle,
  type SignerSource,
} from '@eso/pki';
import type { Clock, Logger } from '@eso/runtime';
import { CertificateError } from '../error.ts';
import { authoritySecret, readAuthoritySecret } from './authority-secret.ts';

export interface AuthorityKeeperOptions {
  readonly client: KubeClient;
  readonly namespace: string;
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

/**
 * The one reader and writer of the authority's Secret. It makes an authority where there is none, and never replaces one: what
 * was issued before would be worth nothing at once.
 */
export class AuthorityKeeper {
  readonly #options: AuthorityKeeperOptions;
  /** What was opened last, and from which state of the Secret. */
  #opened: { uid: string; version: string; authority: OpenedAuthority } | undefined;
  /** Highest generation of a seal that was seen, by SHA-256 of the public key: older seals are somebody's copy. */
  readonly #generations = new Map<string, number>();

  constructor(options: AuthorityKeeperOptions) {
    this.#options = options;
  }

  /**
   * The authority, made if there is none. Reads its Secret each time: a leaf must not be signed by one that is gone.
   * @throws CertificateError AUTHORITY_FOREIGN, AUTHORITY_UNUSABLE; PkiError about the key-encryption key; KubeError
   */
  async ensure(signal: AbortSignal): Promise<KeptAuthority> {
    const found = await this.#read(signal);
    if (found) return this.#open(found, signal);
    const created = await this.#create(signal);
    if (created) return this.#open(created, signal);
    // Another replica, or another pass of this one, was faster: theirs is the authority.
    const theirs = await this.#read(signal);
    if (theirs) return this.#open(theirs, signal);
    throw new CertificateError('UNEXPECTED', `Secret ${CA_SECRET} came and went`, { retryable: true });
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
    const seal = await sealBundle({ certificates: [certificate], generation: 1, signer, signal });
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
    const authority = await this.#openStored(secret, signal);
    const before = this.#opened?.authority;
    this.#opened = { uid, version, authority };
    // Told here and not by the pass over the authority alone: whichever pass reads a change first has issued by it already.
    if (before && !isSame(before, authority)) this.#options.onChanged();
    return { authority, secret: subject };
  }

  async #openStored(secret: Secret, signal: AbortSignal): Promise<OpenedAuthority> {
    const { source } = this.#options;
    const { bundle, seal, key } = readAuthoritySecret(secret, source);
    try {
      const signer = await source.open(key, signal);
      const keyId = createHash('sha256')
        .update(signer.publicKey.export({ type: 'spki', format: 'der' }))
        .digest('hex');
      const atLeastGeneration = this.#generations.get(keyId);
      const authority = openCertificateAuthority({ bundle, seal, signer, atLeastGeneration });
      this.#generations.set(keyId, Math.max(authority.generation, atLeastGeneration ?? 0));
      return authority;
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      const where = `Secret ${secret.metadata.namespace ?? ''}/${CA_SECRET}`;
      const { retryable, publicMessage } = error;
      throw new CertificateError('AUTHORITY_UNUSABLE', `${where}: ${publicMessage}`, { retryable, cause: error });
    }
  }
}

/** Whether leaves of the one are good leaves of the other. */
function isSame(one: OpenedAuthority, other: OpenedAuthority): boolean {
  return one.certificate.fingerprint256 === other.certificate.fingerprint256 && one.bundle === other.bundle;
}

function withoutData({ apiVersion, kind, metadata }: Secret): AuthoritySubject {
  return { apiVersion, kind, metadata };
}
