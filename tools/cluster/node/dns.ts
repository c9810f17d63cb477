/** Cluster DNS: CoreDNS as a Deployment behind the usual Service. */
import { IMAGES } from '../images/test-images.ts';
import { CLUSTER_DOMAIN, NETWORK } from '../layout.ts';

const NAME = 'coredns';
const NAMESPACE = 'kube-system';
const LABELS = { 'k8s-app': 'kube-dns' };

const COREFILE = `.:53 {
  health :8080
  ready :8181
  errors
  cache 5
  hosts /etc/coredns/hosts {
    fallthrough
  }
  kubernetes ${CLUSTER_DOMAIN} in-addr.arpa
}
`;

const RULES = [
  { apiGroups: [''], resources: ['services', 'namespaces', 'pods'], verbs: ['list', 'watch'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
];

/** An object with the collection that it is posted to. */
export interface Manifest {
  readonly collection: string;
  readonly object: unknown;
}

/** What DNS consists of, in the order of creation. `hosts` of the ConfigMap is for names outside of the cluster. */
export const dnsManifests = (): readonly Manifest[] => [
  core('serviceaccounts', 'ServiceAccount', {}),
  core('configmaps', 'ConfigMap', { data: { Corefile: COREFILE, hosts: '' } }),
  rbac('clusterroles', 'ClusterRole', { rules: RULES }),
  rbac('clusterrolebindings', 'ClusterRoleBinding', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
    subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }],
  }),
  core('services', 'Service', service(), 'kube-dns'),
  {
    collection: `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`,
    object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: NAME, labels: LABELS }, spec: deployment() },
  },
];

const core = (resource: string, kind: string, rest: object, name = NAME): Manifest => ({
  collection: `/api/v1/namespaces/${NAMESPACE}/${resource}`,
  object: { apiVersion: 'v1', kind, metadata: { name, labels: LABELS }, ...rest },
});

const rbac = (resource: string, kind: string, rest: object): Manifest => ({
  collection: `/apis/rbac.authorization.k8s.io/v1/${resource}`,
  object: { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: { name: NAME }, ...rest },
});

const service = (): object => ({
  spec: {
    selector: LABELS,
    clusterIP: NETWORK.dnsService,
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, protocol: 'TCP' },
    ],
  },
});

const deployment = (): object => ({
  selector: { matchLabels: LABELS },
  template: {
    metadata: { labels: LABELS },
    spec: {
      serviceAccountName: NAME,
      dnsPolicy: 'Default',
      containers: [
        {
          name: NAME,
          image: IMAGES.coredns,
          imagePullPolicy: 'Never',
          args: ['-conf', '/etc/coredns/Corefile'],
          // Port 53 in the pod itself: policies see an address after its translation.
          ports: [
            { name: 'dns', containerPort: 53, protocol: 'UDP' },
            { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
          ],
          readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
          livenessProbe: { httpGet: { path: '/health', port: 8080 }, initialDelaySeconds: 30 },
          resources: { limits: { memory: '100Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
          volumeMounts: [{ name: 'config', mountPath: '/etc/coredns' }],
        },
      ],
      volumes: [{ name: 'config', configMap: { name: NAME } }],
    },
  },
});
