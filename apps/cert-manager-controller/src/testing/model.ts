import { generateKeyPairSync, sign } from 'node:crypto';
import type { Secret } from '@eso/kube';
import { type CertificateAuthority, createCertificateAuthority, issueLeaf, serverIdentity } from '@eso/pki';
import type { Clock } from '@eso/runtime';
import { leafSecret } from '../leaf/leaf-secret.ts';
import type { LeafOwner } from '../leaf/owner.ts';
import { planLeaf, type PlanInput } from '../leaf/plan.ts';

export const DAY = 86_400_000;

/** An authority whose key is in this process and in plain sight, for tests of what is built on it. */
export async function testAuthority(clock: Clock, validityMs = 365 * DAY): Promise<CertificateAuthority> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = {
    kind: 'test',
    algorithm: 'ecdsa-p256-sha256',
    publicKey,
    sign: (tbs: Uint8Array) => Promise.resolve<Uint8Array>(sign('sha256', tbs, privateKey)),
  } as const;
  return createCertificateAuthority({ signer, validityMs, clock });
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
export async function passOver(input: PlanInput, clock: Clock): Promise<Secret | undefined> {
  const plan = planLeaf(input);
  if (plan.kind !== 'issue') return input.stored;
  const { owner, authority, lifetime, stored } = input;
  const pair = await issueLeaf(owner.identity, { authority, validityMs: lifetime.validityMs, clock });
  return leafSecret(owner, pair, stored);
}
