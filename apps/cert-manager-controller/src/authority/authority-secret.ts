import { ANNOTATION_OWNER, CA_SECRET, LABEL_MANAGED_BY, MANAGED_BY_CERT_MANAGER } from '@eso/api/resources';
import type { Secret } from '@eso/kube';
import type { SignerSource, StoredKey } from '@eso/pki';
import { CertificateError } from '../error.ts';
import { secretData, secretEntry } from '../secret-data.ts';

const CERTIFICATE_ENTRY = 'ca.crt';
/** Which certificates the authority's key vouches for, signed by it. */
const SEAL_ENTRY = 'ca.sig';

/** What the authority's Secret holds. */
export interface StoredAuthority {
  /** PEM: the certificate that signs, and others that are trusted beside it if the seal says so. */
  bundle: string;
  /** As `sealBundle` made it. Absent in a Secret that an earlier release made: its key vouches for its own certificate. */
  seal?: string | undefined;
  /** What the signer needs to open its key; never a plain key. */
  key: StoredKey;
}

/** The authority's Secret as it is created. */
export function authoritySecret(namespace: string, { bundle, seal, key }: StoredAuthority): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name: CA_SECRET,
      labels: { [LABEL_MANAGED_BY]: MANAGED_BY_CERT_MANAGER },
      annotations: { [ANNOTATION_OWNER]: authorityOwner(namespace) },
    },
    type: 'Opaque',
    data: secretData({ ...key, [CERTIFICATE_ENTRY]: bundle, ...(seal !== undefined && { [SEAL_ENTRY]: seal }) }),
  };
}

/**
 * Reads the authority's Secret.
 * @throws CertificateError AUTHORITY_FOREIGN when it is not ours: whoever made it may know its key, so it is neither used nor
 *   overwritten; AUTHORITY_UNUSABLE when it holds no certificate
 */
export function readAuthoritySecret(secret: Secret, source: SignerSource): StoredAuthority {
  const { labels, annotations, namespace = '' } = secret.metadata;
  const ours =
    labels?.[LABEL_MANAGED_BY] === MANAGED_BY_CERT_MANAGER &&
    annotations?.[ANNOTATION_OWNER] === authorityOwner(namespace);
  const where = `Secret ${namespace}/${CA_SECRET}`;
  if (!ours) {
    throw new CertificateError(
      'AUTHORITY_FOREIGN',
      `${where} was not made by this controller and is not used as certificate authority: move or delete it`,
    );
  }
  const bundle = secretEntry(secret, CERTIFICATE_ENTRY);
  if (!bundle)
    throw new CertificateError('AUTHORITY_UNUSABLE', `${where} has no ${CERTIFICATE_ENTRY}: restore or delete it`);
  const key = source.storedEntries.flatMap((entry) => {
    const text = secretEntry(secret, entry);
    return text === undefined ? [] : [[entry, text]];
  });
  return { bundle, seal: secretEntry(secret, SEAL_ENTRY), key: Object.fromEntries(key) as StoredKey };
}

function authorityOwner(namespace: string): string {
  return `${namespace}/cert-manager-controller`;
}
