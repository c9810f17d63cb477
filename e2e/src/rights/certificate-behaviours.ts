import { CLIENT_TLS_SECRET, DEFAULT_PROVIDER_TLS_SECRET } from '@eso/api/resources';
import { ESO_NAMESPACE, eventually } from '@eso/testing';
import { certificateIn, createLabelledService, writeSecret } from '../support/authority.ts';
import type { Behaviour } from './behaviour.ts';
import { PROVIDERS, TEAM } from './world.ts';

/** cert-manager-controller. */
export const CERTIFICATE_BEHAVIOURS: readonly Behaviour[] = [
  {
    name: 'cert-manager-controller leads, makes an authority, and certificates of core and of every provider',
    run: async ({ system }) => {
      await certificateIn(system, ESO_NAMESPACE, CLIENT_TLS_SECRET);
      for (const name of PROVIDERS) await certificateIn(system, `provider-${name}`, DEFAULT_PROVIDER_TLS_SECRET);
    },
    atStart: true,
    needs: [
      'external-secrets/cert-manager-controller  external-secrets  leases.coordination.k8s.io: create',
      'external-secrets/cert-manager-controller  external-secrets  leases.coordination.k8s.io "external-secrets-cert-manager-controller": get, update',
      'external-secrets/cert-manager-controller  (cluster)  services: watch',
      'external-secrets/cert-manager-controller  (cluster)  events: create',
      'external-secrets/cert-manager-controller  external-secrets  secrets: create',
      'external-secrets/cert-manager-controller  external-secrets  secrets "eso-provider-ca-internal": get, watch',
      'external-secrets/cert-manager-controller  external-secrets  secrets "eso-provider-client-tls": get, watch',
      'external-secrets/cert-manager-controller  provider-fake  secrets: create',
      'external-secrets/cert-manager-controller  provider-fake  secrets "external-secrets-provider-tls": get, watch',
      'external-secrets/cert-manager-controller  provider-aws  secrets: create',
      'external-secrets/cert-manager-controller  provider-aws  secrets "external-secrets-provider-tls": get, watch',
      'external-secrets/cert-manager-controller  provider-azure  secrets: create',
      'external-secrets/cert-manager-controller  provider-azure  secrets "external-secrets-provider-tls": get, watch',
    ],
  },
  {
    name: 'cert-manager-controller makes anew a certificate that somebody has spoiled',
    run: async ({ system }) => {
      const places: readonly (readonly [string, string])[] = [
        [ESO_NAMESPACE, CLIENT_TLS_SECRET],
        ...PROVIDERS.map((name) => [`provider-${name}`, DEFAULT_PROVIDER_TLS_SECRET] as const),
      ];
      for (const [namespace, name] of places) {
        await writeSecret(system, namespace, name, { 'tls.crt': 'spoiled' });
        await certificateIn(system, namespace, name);
      }
    },
    needs: [
      'external-secrets/cert-manager-controller  external-secrets  secrets "eso-provider-client-tls": update',
      'external-secrets/cert-manager-controller  provider-fake  secrets "external-secrets-provider-tls": update',
      'external-secrets/cert-manager-controller  provider-aws  secrets "external-secrets-provider-tls": update',
      'external-secrets/cert-manager-controller  provider-azure  secrets "external-secrets-provider-tls": update',
    ],
  },
  {
    name: 'cert-manager-controller counts what it says of a Service that it cannot serve',
    run: async ({ system }) => {
      await createLabelledService(system, TEAM, 'nameless', 'not-a-name-of-certificates');
      await eventually(async () => {
        await system.kubectl('-n', TEAM, 'annotate', '--overwrite', 'service/nameless', `look=${Math.random()}`);
        const counts = (await system.events(TEAM, 'nameless')).map(({ count = 0 }) => count);
        expect(Math.max(0, ...counts)).toBeGreaterThan(1);
      });
    },
    needs: ['external-secrets/cert-manager-controller  (cluster)  events: patch'],
  },
];
