import { generateKeyPairSync, sign } from 'node:crypto';
import type { Secret } from '@eso/kube';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  issueLeaf,
  serverIdentity,
  type Signer,
} from '@eso/pki';
import type { Clock } from '@eso/runtime';
import { leafSecret } from '../leaf/leaf-secret.ts';
import type { LeafOwner } from '../leaf/owner.ts';
import { type LeafPlanInput, planLeaf } from '../leaf/plan.ts';

/** A day in milliseconds. */
export const DAY = 86_400_000;

/** An authority whose key is in this process and in plain sight, for tests of what is built on it. */
export async function inMemoryAuthority(
  clock: Clock,
  validityMs = 365 * DAY,
  signer = plainSigner(),
): Promise<CertificateAuthority> {
  return createCertificateAuthority({ signer, validityMs, clock });
}

function plainSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    kind: 'test',
    algorithm: 'ecdsa-p256-sha256',
    publicKey,
    sign: (tbs) => Promise.resolve(sign('sha256', tbs, privateKey)),
  };
}

/** The owner that a Service of this name is. */
export function testOwner(service: string, secretName = 'external-secrets-provider-tls'): LeafOwner {
  const namespace = 'provider-x';
  return {
    id: `${namespace}/${service}`,
    identity: serverIdentity({ namespace, service }, {}),
    secret: { namespace, name: secretName },
    reference: { apiVersion: 'v1', kind: 'Service', name: service, uid: `uid-${service}` },
  };
}

/** What one pass leaves behind: the stored Secret, or the one it would write. */
export async function passOver(input: LeafPlanInput, clock: Clock): Promise<Secret | undefined> {
  const plan = planLeaf(input);
  const { owner, authority, lifetime, stored } = input;
  if (plan.kind === 'publish') return leafSecret(owner, plan.pair, stored);
  if (plan.kind !== 'issue') return stored;
  const pair = await issueLeaf(owner.identity, { authority, validityMs: lifetime.validityMs, clock });
  return leafSecret(owner, pair, stored);
}
