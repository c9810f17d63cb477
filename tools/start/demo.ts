/** Namespace of the tenant that the show is about. */
export const TENANT = 'demo';
/** Name of the secret in the backend. */
export const REMOTE_KEY = 'demo/database';

/** What a user of the system writes, as with External Secrets: credentials, a SecretStore, an ExternalSecret. */
export const DEMO_MANIFESTS = `apiVersion: v1
kind: Secret
metadata: { name: aws-credentials, namespace: ${TENANT} }
stringData: { access-key-id: demo, secret-access-key: demo }
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: aws, namespace: ${TENANT} }
spec:
  provider:
    aws:
      service: SecretsManager
      region: eu-central-1
      auth:
        secretRef:
          accessKeyIDSecretRef: { name: aws-credentials, key: access-key-id }
          secretAccessKeySecretRef: { name: aws-credentials, key: secret-access-key }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: database, namespace: ${TENANT} }
spec:
  refreshInterval: 2s
  secretStoreRef: { kind: SecretStore, name: aws }
  data:
    - secretKey: username
      remoteRef: { key: ${REMOTE_KEY}, property: username }
    - secretKey: password
      remoteRef: { key: ${REMOTE_KEY}, property: password }
`;

/** The secret in the backend, before and after the change that the target has to follow. */
export const BEFORE = { username: 'demo', password: 'first-password' };
export const AFTER = { username: 'demo', password: 'second-password' };
