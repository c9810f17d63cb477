import { azurekvSchema } from './gen/azurekv.ts';

interface Field {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
}
const properties = azurekvSchema['properties'] as Readonly<Record<string, Field>>;

test('a store has the fields of External Secrets 2.9, vaultUrl alone required [V5.1.1]', () => {
  expect(Object.keys(properties).sort()).toEqual([
    'authSecretRef',
    'authType',
    'customCloudConfig',
    'environmentType',
    'identityId',
    'serviceAccountRef',
    'tenantId',
    'useAzureSDK',
    'vaultUrl',
  ]);
  expect(azurekvSchema['required']).toEqual(['vaultUrl']);
  expect(properties['authType']?.enum).toEqual(['ServicePrincipal', 'ManagedIdentity', 'WorkloadIdentity']);
});

test('a service principal of the public cloud unless told otherwise [V5.1.2]', () => {
  const defaults = Object.entries(properties).flatMap(([name, field]) =>
    field.default === undefined ? [] : [[name, field.default]],
  );
  expect(Object.fromEntries(defaults)).toEqual({
    authType: 'ServicePrincipal',
    environmentType: 'PublicCloud',
    useAzureSDK: false,
  });
});
