import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Moto } from '@eso/testing';
import { fakeConfig, fakeStore, providerManifest, type System } from '../support/system.ts';

/** A backend behind a provider of some release, and the store `<name>` that points at it. */
export interface ReleasedBackend {
  /** Name of the provider's process and of the store. */
  readonly name: string;
  /** Applies the store and what it needs. */
  prepare(): Promise<void>;
  put(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  close(): void;
}

/** Secrets in a Fake. */
export function releasedFake(system: System, namespace: string): ReleasedBackend {
  const values: Record<string, string> = {};
  const apply = (): Promise<void> => system.apply(fakeConfig(namespace, 'fake', values));
  return {
    name: 'fake',
    prepare: () => system.apply(fakeStore(namespace, 'fake', values)),
    put: (key, value) => {
      values[key] = value;
      return apply();
    },
    remove: (key) => {
      Reflect.deleteProperty(values, key);
      return apply();
    },
    close: () => undefined,
  };
}

const REGION = 'eu-central-1';
const KEYS = { accessKeyId: 'compat', secretAccessKey: 'compat' };

/** Environment of provider-aws that has it reach the emulator. */
export const awsEnv = ({ url }: Moto): Record<string, string> => ({
  AWS_SECRETSMANAGER_ENDPOINT: url,
  AWS_STS_ENDPOINT: url,
});

/** Secrets in AWS Secrets Manager. */
export function releasedAws(system: System, namespace: string, moto: Moto): ReleasedBackend {
  const client = new SecretsManagerClient({ endpoint: moto.url, region: REGION, credentials: KEYS });
  const known = new Set<string>();
  return {
    name: 'aws',
    prepare: () => system.apply(awsStore(namespace)),
    put: async (key, value) => {
      if (known.has(key)) await client.send(new PutSecretValueCommand({ SecretId: key, SecretString: value }));
      else await client.send(new CreateSecretCommand({ Name: key, SecretString: value }));
      known.add(key);
    },
    remove: async (key) => {
      await client.send(new DeleteSecretCommand({ SecretId: key, ForceDeleteWithoutRecovery: true }));
      known.delete(key);
    },
    close: () => client.destroy(),
  };
}

function awsStore(namespace: string): string {
  const ref = '{ apiVersion: provider.external-secrets.io/v2alpha1, kind: SecretsManager, name: aws }';
  return `apiVersion: v1
kind: Secret
metadata: { name: aws-keys, namespace: ${namespace} }
stringData: { id: ${KEYS.accessKeyId}, secret: ${KEYS.secretAccessKey} }
---
apiVersion: provider.external-secrets.io/v2alpha1
kind: SecretsManager
metadata: { name: aws, namespace: ${namespace} }
spec:
  region: ${REGION}
  auth:
    secretRef:
      accessKeyIDSecretRef: { name: aws-keys, key: id }
      secretAccessKeySecretRef: { name: aws-keys, key: secret }
---
${providerManifest(namespace, 'aws', 'aws', ref)}`;
}
