import { providerAddress } from '@eso/testing';

/** Namespace of the tenant that the show is about. */
export const TENANT = 'demo';
/** Name of the secret in the backend. */
export const REMOTE_KEY = 'demo/database';

/** What a user of the system writes: credentials, the provider's config, a Provider, an ExternalSecret. */
export const DEMO_MANIFESTS = `apiVersion: v1
kind: Secret
metadata: { name: aws-credentials, namespace: ${TENANT} }
stringData: { access-key-id: demo, secret-access-key: demo }
---
apiVersion: provider.external-secrets.io/v2alpha1
kind: SecretsManager
metadata: { name: team-secrets, namespace: ${TENANT} }
spec:
  region: eu-central-1
  auth:
    secretRef:
      accessKeyIDSecretRef: { name: aws-credentials, key: access-key-id }
      secretAccessKeySecretRef: { name: aws-credentials, key: secret-access-key }
---
apiVersion: external-secrets.io/v1
kind: Provider
metadata: { name: aws, namespace: ${TENANT} }
spec:
  address: ${providerAddress('aws')}
  providerRef: { apiVersion: provider.external-secrets.io/v2alpha1, kind: SecretsManager, name: team-secrets }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: database, namespace: ${TENANT} }
spec:
  refreshInterval: 2s
  secretStoreRef: { kind: Provider, name: aws }
  data:
    - secretKey: username
      remoteRef: { key: ${REMOTE_KEY}, property: username }
    - secretKey: password
      remoteRef: { key: ${REMOTE_KEY}, property: password }
`;

/** The secret in the backend, before and after the change that the target has to follow. */
export const BEFORE = { username: 'demo', password: 'first-password' };
export const AFTER = { username: 'demo', password: 'second-password' };
