import { providerNames, type TakenNames } from './names.ts';

const nothing: TakenNames = { apps: [], charts: [], kinds: [], plurals: [], keys: [] };

test('a name has every form that a file needs', () => {
  expect(providerNames({ name: 'my-vault' }, nothing)).toEqual({
    name: 'my-vault',
    kind: 'MyVault',
    plural: 'myvaults',
    key: 'myvault',
    camel: 'myVault',
    file: 'my-vault',
    kindLower: 'myvault',
  });
});

test.each([
  ['a', 'as'],
  ['key-box', 'keyboxes'],
  ['registry', 'registries'],
  ['key', 'keys'],
  ['access', 'accesses'],
])('%s in the plural is %s', (name, plural) => {
  expect(providerNames({ name }, nothing).plural).toBe(plural);
});

test('its author may say otherwise', () => {
  expect(providerNames({ name: 'azure', kind: 'KeyVault', key: 'azurekv' }, nothing)).toMatchObject({
    name: 'azure',
    kind: 'KeyVault',
    plural: 'keyvaults',
    key: 'azurekv',
    camel: 'keyVault',
  });
});

test.each(['', 'Acme', '1st', 'my_vault', 'my--vault', 'vault-', '../core', 'a/b', 'a b', 'a'.repeat(42)])(
  '%p is no name',
  (name) => {
    expect(() => providerNames({ name }, nothing)).toThrow(/cannot be the name of a provider: use lower-case/);
  },
);

test('everything that is taken or is no name is told at once', () => {
  const taken: TakenNames = {
    apps: ['core', 'provider-acme'],
    charts: ['provider-acme'],
    kinds: ['Acme'],
    plurals: ['acmes'],
    keys: ['acme'],
  };
  expect(() => providerNames({ name: 'acme' }, taken)).toThrow(
    `nothing was written:
- provider-acme is among apps already: choose another name
- provider-acme is among charts already: choose another name, or remove what is left of it
- Acme is among the kinds of configs already: choose another one by --kind
- acmes is among the plurals of kinds already: choose another one by --plural
- acme is among the keys of configs in stores already: choose another one by --key`,
  );
  expect(() => providerNames({ name: 'acme', kind: 'acme', plural: 'A', key: '9' }, nothing)).toThrow(
    /--kind "acme" is no kind.*\n.*--plural "A".*\n.*--key "9"/,
  );
});
