/** Rules for Services of providers, and for images of pods. */
import { type ExceptionRow, inTenant, PLACES, type Request, type RuleRow } from './row.ts';

const DIGEST = `registry.example/provider@sha256:${'0a'.repeat(32)}`;

const REGISTRATION = 'external-secrets-provider-registration';
const LABEL = 'external-secrets.io/provider';
const SHARED = 'external-secrets.io/provider-shared';
const SECRET = 'external-secrets.io/provider-tls-secret';
const spec = { ports: [{ port: 8080 }] };

/** Services and pods that are there, made by an administrator before there were policies. */
export const STANDING: readonly Request[] = [
  inTenant('Service', spec, { name: 'provider', labels: { [LABEL]: 'true', [SHARED]: 'true' } }),
  pod({}, 'debugged'),
];

/** A pod that may come from images by digest alone. */
function pod(change: object, name = 'new'): Request {
  const base = { containers: [{ name: 'main', image: DIGEST }], automountServiceAccountToken: false };
  return inTenant('Pod', { ...base, ...change }, { name });
}
const patchOf = (kind: 'Service' | 'Pod', patches: string, body: Request['body']): Request => ({
  kind,
  namespace: PLACES.TENANT,
  patches,
  body,
});

const serviceRow = (at: number, request: Request, says: string): RuleRow => ({
  policy: REGISTRATION,
  part: `validation ${at}`,
  request,
  refused: ['tenant'],
  taken: ['registrar', 'admin'],
  says,
});

const IMAGES = 'external-secrets-image-digests';
const tagged = { name: 'tagged', image: 'registry.example/provider:v1' };
const podRow = (at: number, field: string, request: Request): RuleRow => ({
  policy: IMAGES,
  part: `validation ${at}`,
  request,
  refused: ['tenant', 'admin'],
  says: `spec.${field}: this namespace takes images by digest alone, and these are not: tagged: write `,
});

export const serviceAndPodRows: readonly RuleRow[] = [
  serviceRow(0, inTenant('Service', spec, { labels: { [LABEL]: 'true' } }), `metadata.labels["${LABEL}"]: to make a `),
  serviceRow(
    1,
    patchOf('Service', 'provider', { metadata: { annotations: { [SECRET]: 'x' } } }),
    `metadata.annotations["${SECRET}"]: to name another Secret`,
  ),
  serviceRow(
    2,
    inTenant('Service', spec, { labels: { [SHARED]: 'true' } }),
    `metadata.labels["${SHARED}"]: to open a `,
  ),
  podRow(0, 'containers', pod({ containers: [tagged] })),
  podRow(1, 'initContainers', pod({ initContainers: [tagged] })),
  podRow(
    2,
    'ephemeralContainers',
    patchOf('Pod', 'debugged/ephemeralcontainers', { spec: { ephemeralContainers: [tagged] } }),
  ),
  podRow(3, 'volumes', pod({ volumes: [{ name: 'tagged', image: { reference: tagged.image } }] })),
];

const labelled = patchOf('Service', 'provider', { metadata: { labels: { team: 'blue' } } });
export const serviceExceptions: readonly ExceptionRow[] = [
  { policy: REGISTRATION, part: 'variable wasProvider', request: labelled, who: 'tenant' },
  { policy: REGISTRATION, part: 'variable wasShared', request: labelled, who: 'tenant' },
];
