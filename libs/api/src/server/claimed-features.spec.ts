import type { Feature } from '../contract/features.ts';
import type { Backend } from './backend.ts';
import { checkClaims } from './claimed-features.ts';

const bytes = () => Promise.resolve(new Uint8Array());
const map = () => Promise.resolve(new Map<string, Uint8Array>());
const done = () => Promise.resolve();
const whole: Backend = {
  getSecret: bytes,
  getSecretMap: map,
  getAllSecrets: map,
  pushSecret: done,
  deleteSecret: done,
  secretExists: () => Promise.resolve(true),
};

test.each<[Feature, keyof Backend]>([
  ['get', 'getSecret'],
  ['metadata', 'getSecret'],
  ['map', 'getSecretMap'],
  ['findByName', 'getAllSecrets'],
  ['findByTags', 'getAllSecrets'],
  ['findByPath', 'getAllSecrets'],
  ['push', 'pushSecret'],
  ['delete', 'deleteSecret'],
  ['exists', 'secretExists'],
])('a claim of %s needs %s', (feature, method) => {
  expect(() => checkClaims('Probe', [feature], whole)).not.toThrow();
  const lacking: Backend = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== method));
  expect(() => checkClaims('Probe', [feature], lacking)).toThrow(
    `kind Probe claims the feature ${feature}, but its backend has no ${method}`,
  );
});

test('methods of a class count', () => {
  class Written {
    getSecret = bytes;
    getSecretMap(): Promise<Map<string, Uint8Array>> {
      return map();
    }
  }
  expect(() => checkClaims('Probe', ['get', 'map'], new Written())).not.toThrow();
});
