import { CA_SECRET } from '@eso/api/resources';
import { isKubeError, type KubeClient, type Secret, secrets } from '@eso/kube';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  openCertificateAuthority,
  PkiError,
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
}

/** The authority's Secret without its data: what events are about. */
export type AuthoritySubject = Pick<Secret, 'apiVersion' | 'kind' | 'metadata'>;

/** The authority as it is stored now. */
export interface KeptAuthority {
  readonly authority: CertificateAuthority;
  readonly secret: AuthoritySubject;
}

/**
 * The one reader and writer of the authority's Secret. It makes an authority where there is none, and never replaces one: what
 * was issued before would be worth nothing at once.
 */
export class AuthorityKeeper {
  readonly #options: AuthorityKeeperOptions;
  /** What was opened last, and from which state of the Secret. */
  #opened: { uid: string; version: string; authority: CertificateAuthority } | undefined;

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
    try {
      const secret = await client.create(secrets, authoritySecret(namespace, { bundle, key }), { signal });
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
    const authority = await openStored(secret, this.#options.source, signal);
    this.#opened = { uid, version, authority };
    return { authority, secret: subject };
  }
}

function withoutData({ apiVersion, kind, metadata }: Secret): AuthoritySubject {
  return { apiVersion, kind, metadata };
}

async function openStored(secret: Secret, source: SignerSource, signal: AbortSignal): Promise<CertificateAuthority> {
  const { bundle, key } = readAuthoritySecret(secret, source);
  try {
    return openCertificateAuthority({ bundle, signer: await source.open(key, signal) });
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    const where = `Secret ${secret.metadata.namespace ?? ''}/${CA_SECRET}`;
    const { retryable, publicMessage } = error;
    throw new CertificateError('AUTHORITY_UNUSABLE', `${where}: ${publicMessage}`, { retryable, cause: error });
  }
}
