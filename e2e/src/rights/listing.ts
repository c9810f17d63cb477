/** The same programs at an API server that does not stream lists: what they watch they list first. */
import { ESO_NAMESPACE, eventually } from '@eso/testing';
import { externalSecretManifest, fakeStore, System, wholeValues } from '../support/system.ts';
import { type AuditedRequest, auditedRequests } from './audited-requests.ts';
import { PROVIDERS, TEAM } from './world.ts';

/** What they need for it. */
export const LISTING = {
  name: 'core and cert-manager-controller list what they watch, where an API server does not stream it',
  within: undefined,
  needs: [
    'external-secrets/cert-manager-controller  (cluster)  services: list',
    'external-secrets/cert-manager-controller  external-secrets  secrets "eso-provider-ca-internal": list',
    'external-secrets/cert-manager-controller  external-secrets  secrets "eso-provider-client-tls": list',
    'external-secrets/cert-manager-controller  provider-fake  secrets "external-secrets-provider-tls": list',
    'external-secrets/cert-manager-controller  provider-aws  secrets "external-secrets-provider-tls": list',
    'external-secrets/cert-manager-controller  provider-azure  secrets "external-secrets-provider-tls": list',
    'external-secrets/external-secrets  (cluster)  clusterproviderclasses.external-secrets.io: list',
    'external-secrets/external-secrets  (cluster)  clusterproviders.external-secrets.io: list',
    'external-secrets/external-secrets  (cluster)  clustersecretstores.external-secrets.io: list',
    'external-secrets/external-secrets  (cluster)  endpointslices.discovery.k8s.io: list',
    'external-secrets/external-secrets  (cluster)  namespaces: list',
    'external-secrets/external-secrets  (cluster)  services: list',
    'external-secrets/external-secrets  team  externalsecrets.external-secrets.io: list',
    'external-secrets/external-secrets  team  providerclasses.external-secrets.io: list',
    'external-secrets/external-secrets  team  providers.external-secrets.io: list',
    'external-secrets/external-secrets  team  secretstores.external-secrets.io: list',
    'external-secrets/external-secrets  team  configmaps: list',
    'external-secrets/external-secrets  team  secrets: list',
  ],
};

/** What was asked of such an API server. */
export async function withoutStreamedLists(): Promise<AuditedRequest[]> {
  await using system = await System.start(
    { tenants: [TEAM], providers: Object.fromEntries(PROVIDERS.map((name) => [name, {}])), providersAnywhere: true },
    (cluster) => cluster.ensureNamespace(ESO_NAMESPACE),
    { audit: true, apiServerFlags: ['--feature-gates=WatchList=false'] },
  );
  await system.apply(`
apiVersion: v1
kind: ConfigMap
metadata: { name: texts, namespace: ${TEAM} }
data: { greeting: hello }
`);
  await system.apply(fakeStore(TEAM, 'store', { username: 'demo' }));
  const template =
    'target: { template: { templateFrom: [{ configMap: { name: texts, items: [{ key: greeting }] } }] } }';
  await system.apply(externalSecretManifest(TEAM, 'listed', 'store', `${wholeValues('username')}\n${template}`, '1h'));
  await system.holds(TEAM, 'listed', { greeting: 'hello' });
  const requests = () => auditedRequests(system.own.controlPlane.dir);
  await eventually(async () => expect((await requests()).some(({ resource, verb }) => resource === 'configmaps' && verb === 'list')).toBe(true)); // prettier-ignore
  return await requests();
}
