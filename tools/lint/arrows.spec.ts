import { arrowsOf, type Manifest, manifestsOf, mayImport } from './arrows.ts';
import { root } from '../setup.mjs';

const manifest = (name: string, tags: readonly string[], dependencies: readonly string[] = []): Manifest => ({
  folder: name,
  name,
  tags,
  dependencies,
});
const api = manifest('api', ['layer:api', 'publish:library']);
const client = manifest('client', ['layer:client']);

test('an app may import the layers of what its package.json names; a provider those of its kind', () => {
  const core = manifest('core', ['layer:app', 'app:core'], ['api', 'pino']);
  const provider = manifest('fake', ['layer:app', 'app:provider'], ['api', 'client']);
  const arrows = arrowsOf([api, client, core, provider]);
  expect(arrows).toContainEqual({ sourceTag: 'app:core', onlyDependOnLibsWithTags: ['layer:api'] });
  expect(arrows.filter(({ sourceTag }) => sourceTag === 'app:provider')).toEqual([
    { sourceTag: 'app:provider', onlyDependOnLibsWithTags: ['layer:api'] },
  ]);
});

test('all tags of a package have to allow an import, and a package without a layer imports nothing', () => {
  expect(mayImport(manifest('core', ['layer:app', 'app:core']), client)).toBe(true);
  expect(mayImport(manifest('fake', ['layer:app', 'app:provider']), client)).toBe(false);
  expect(mayImport(manifest('fake', ['layer:app', 'app:provider']), api)).toBe(true);
  expect(mayImport(manifest('stray', []), api)).toBe(false);
});

test('every package of the workspace has a layer, and every app a kind', () => {
  const untagged = manifestsOf(root).filter(
    ({ folder, tags }) =>
      !tags.some((tag) => tag.startsWith('layer:')) ||
      (folder.startsWith('apps/') && !tags.some((tag) => tag.startsWith('app:'))),
  );
  expect(untagged).toEqual([]);
});
