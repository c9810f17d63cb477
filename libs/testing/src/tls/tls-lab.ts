import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { project } from '@eso/control-plane/projection.mjs';
import {
  certificatePem,
  issueAuthority,
  issueCrl,
  type Issued,
  issueLabLeaf,
  keyPem,
  type LeafTemplate,
} from './issue.ts';

/** A key pair as it stands in its Secret: entries by name, all PEM. */
export interface LabKeyPair {
  readonly 'tls.crt': string;
  readonly 'tls.key': string;
  readonly 'ca.crt': string;
  readonly 'ca.crl'?: string;
}

/** What is wrong with a certificate. */
export type LeafFault =
  | 'none'
  | 'otherAuthority'
  | 'selfSigned'
  | 'expired'
  | 'notYetValid'
  /** For a client: another URI identity. For a server: another Service's name and identity. */
  | 'otherIdentity'
  /** A server's certificate shown by a client, and the other way round. */
  | 'wrongUsage';

/** In what a leaf differs from a good one. */
export interface LabLeafOptions {
  /** Default `none`. */
  readonly fault?: LeafFault;
  /** How long it is valid from now on, milliseconds. Default one hour. Makes really short-lived certificates. */
  readonly validForMs?: number;
  /** Default: the lab's first authority, or the second with fault `otherAuthority`. */
  readonly authority?: LabAuthority;
  /** More URI identities than the one. */
  readonly moreUris?: readonly string[];
}

/** An authority of the lab. */
export interface LabAuthority {
  /** PEM */
  readonly certificate: string;
  readonly issued: Issued;
}

/** The Service whose certificates the lab issues. */
export const LAB_SERVICE = { namespace: 'provider-fake', service: 'provider-fake' } as const;
/** The name that clients verify. */
export const LAB_SERVER_NAME = `${LAB_SERVICE.service}.${LAB_SERVICE.namespace}.svc`;
const CORE = 'spiffe://external-secrets.io/core';
const HOUR_MS = 3_600_000;

/** Issues good certificates and every bad one, and lays them out as a kubelet does. */
export class TlsLab {
  /** Signs what is good. `ca.crt` of a pair is always the authority that signed it. */
  readonly authority: LabAuthority;
  readonly otherAuthority: LabAuthority;
  readonly #root: string;
  #directories = 0;

  private constructor(root: string, authority: LabAuthority, otherAuthority: LabAuthority) {
    this.#root = root;
    this.authority = authority;
    this.otherAuthority = otherAuthority;
  }

  /** A lab with two authorities and a temporary directory. */
  static async create(): Promise<TlsLab> {
    const root = await mkdtemp(join(tmpdir(), 'tls-lab-'));
    return new TlsLab(root, await newAuthority('lab authority'), await newAuthority('other lab authority'));
  }

  /** A key pair of the Service `LAB_SERVICE`, or of another one. */
  server(
    options: LabLeafOptions & { readonly namespace?: string; readonly service?: string } = {},
  ): Promise<LabKeyPair> {
    const other = options.fault === 'otherIdentity';
    const { namespace = LAB_SERVICE.namespace, service = other ? 'provider-other' : LAB_SERVICE.service } = options;
    const name = `${service}.${namespace}`;
    return this.#leaf(options, {
      commonName: service,
      uris: [`spiffe://external-secrets.io/provider/${namespace}/${service}`],
      dnsNames: [service, name, `${name}.svc`, `${name}.svc.cluster.local`],
      usage: options.fault === 'wrongUsage' ? 'clientAuth' : 'serverAuth',
    });
  }

  /** A key pair of core, or of somebody who is not core. */
  client(options: LabLeafOptions = {}): Promise<LabKeyPair> {
    return this.#leaf(options, {
      commonName: 'core',
      uris: [options.fault === 'otherIdentity' ? 'spiffe://external-secrets.io/somebody' : CORE],
      dnsNames: [],
      usage: options.fault === 'wrongUsage' ? 'serverAuth' : 'clientAuth',
    });
  }

  /** PEM of a revocation list over these key pairs, by the authority that signed them. */
  crl(revoked: readonly LabKeyPair[], authority = this.authority): Promise<string> {
    const serials = revoked.map((pair) => new X509Certificate(pair['tls.crt']).serialNumber);
    return issueCrl(authority.issued, serials);
  }

  /** A new directory with these files. `mount` changes them later. */
  async directory(pair: LabKeyPair): Promise<string> {
    this.#directories += 1;
    const dir = join(this.#root, `mount-${this.#directories}`);
    await mkdir(dir);
    await this.mount(dir, pair);
    return dir;
  }

  /** Puts these files into a directory the way the kubelet does: a new generation, and one symlink swapped. */
  mount(dir: string, pair: LabKeyPair): Promise<void> {
    const files = Object.entries(pair).map(([name, text]) => [name, Buffer.from(text as string)] as const);
    return project(dir, new Map(files), 0o400);
  }

  /** Removes every directory. */
  remove(): Promise<void> {
    return rm(this.#root, { recursive: true, force: true });
  }

  async #leaf(
    { fault = 'none', validForMs = HOUR_MS, authority, moreUris = [] }: LabLeafOptions,
    names: Omit<LeafTemplate, 'notBefore' | 'notAfter'>,
  ): Promise<LabKeyPair> {
    const signer = authority ?? (fault === 'otherAuthority' ? this.otherAuthority : this.authority);
    const leaf = await issueLabLeaf(
      { ...names, uris: [...names.uris, ...moreUris], ...validity(fault, validForMs) },
      fault === 'selfSigned' ? undefined : signer.issued,
    );
    return {
      'tls.crt': certificatePem(leaf),
      'tls.key': await keyPem(leaf),
      'ca.crt': signer.certificate,
    };
  }
}

function validity(fault: LeafFault, validForMs: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  if (fault === 'expired') return { notBefore: new Date(now - HOUR_MS), notAfter: new Date(now - 60_000) };
  if (fault === 'notYetValid') return { notBefore: new Date(now + HOUR_MS), notAfter: new Date(now + 2 * HOUR_MS) };
  return { notBefore: new Date(now - 60_000), notAfter: new Date(now + validForMs) };
}

async function newAuthority(name: string): Promise<LabAuthority> {
  const issued = await issueAuthority(name);
  return { certificate: certificatePem(issued), issued };
}
