/** The arrows of the house (docs/architecture.md): which package may import which. Lint and the check of bundles read them here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagesOf } from '../check/packages.ts';
import { root } from '../setup.mjs';

/** A package of the workspace, as its package.json describes it. */
export interface Manifest {
  /** From the root of the workspace: `apps/core`. */
  readonly folder: string;
  /** `@eso/core` */
  readonly name: string;
  /** `layer:app`, `app:provider` */
  readonly tags: readonly string[];
  /** Names of what it depends on when it runs, packages of the workspace and of npm. */
  readonly dependencies: readonly string[];
}

/** A rule of `@nx/enforce-module-boundaries`: packages with the one tag import those with one of the others. */
export interface Arrow {
  readonly sourceTag: string;
  readonly onlyDependOnLibsWithTags: readonly string[];
}

/** By layer, and by kind of app: no list names an app. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'layer:runtime': [],
  'layer:http2': ['layer:runtime'],
  'layer:kube': ['layer:http2', 'layer:runtime'],
  'layer:controller': ['layer:kube', 'layer:runtime'],
  'layer:api': ['layer:kube', 'layer:runtime'],
  'layer:client': ['layer:api', 'layer:http2', 'layer:runtime'],
  // It judges what the kit serves and what core asks: of the contract it takes the messages alone.
  'layer:conformance': ['layer:api'],
  'layer:pki': ['layer:kube', 'layer:runtime'],
  'layer:sync': ['layer:api', 'layer:kube', 'layer:runtime', 'layer:template'],
  'layer:template': ['layer:runtime'],
  'layer:control-plane': [],
  // A judge that shares no code with what it judges.
  'layer:upstream-model': [],
  'layer:key-vault-server': ['layer:control-plane'],
  'layer:testing': ['layer:api', 'layer:control-plane', 'layer:kube', 'layer:runtime', 'layer:pki'],
  'layer:app': [
    'layer:api',
    'layer:client',
    'layer:controller',
    'layer:kube',
    'layer:pki',
    'layer:runtime',
    'layer:sync',
    'layer:template',
  ],
  'app:provider': ['layer:api'],
  'layer:e2e': [
    'layer:api',
    'layer:conformance',
    'layer:key-vault-server',
    'layer:kube',
    'layer:runtime',
    'layer:testing',
    'layer:upstream-model',
  ],
  'layer:tools': [
    'layer:api',
    'layer:client',
    'layer:control-plane',
    'layer:kube',
    'layer:runtime',
    'layer:sync',
    'layer:template',
    'layer:testing',
    'layer:upstream-model',
  ],
};

/** The packages of a workspace. @throws what the file system answers, when there is no workspace */
export function manifestsOf(workspace: string): Manifest[] {
  return packagesOf(workspace).map(({ folder, name }) => {
    const { nx, dependencies } = JSON.parse(readFileSync(join(workspace, folder, 'package.json'), 'utf8')) as {
      readonly nx?: { readonly tags?: readonly string[] };
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    return { folder, name, tags: nx?.tags ?? [], dependencies: Object.keys(dependencies ?? {}) };
  });
}

/**
 * Every arrow: those of the layers, and for each app that it imports no more of the workspace than its own package.json names.
 * An app of a kind that has an arrow of its own (`app:provider`) may share its tag with others, and gets none by name.
 */
export function arrowsOf(manifests: readonly Manifest[]): Arrow[] {
  const layers = Object.entries(LAYERS).map(([sourceTag, tags]): Arrow => ({
    sourceTag,
    onlyDependOnLibsWithTags: tags,
  }));
  const apps = manifests.flatMap(({ tags, dependencies }): Arrow[] => {
    const own = tags.find((tag) => tag.startsWith('app:') && !(tag in LAYERS));
    if (own === undefined) return [];
    const named = manifests.filter(({ name }) => dependencies.includes(name));
    return [{ sourceTag: own, onlyDependOnLibsWithTags: [...new Set(named.flatMap(layerTags))] }];
  });
  return [...layers, ...apps];
}

/** The arrows of this workspace, as the linter takes them. */
export function houseArrows(): Arrow[] {
  return arrowsOf(manifestsOf(root));
}

/** Whether the layers let `from` import `to`. */
export function mayImport(from: Manifest, to: Manifest): boolean {
  const lists = from.tags.flatMap((tag) => (LAYERS[tag] ? [LAYERS[tag]] : []));
  return lists.length > 0 && lists.every((list) => to.tags.some((tag) => list.includes(tag)));
}

function layerTags({ tags }: Manifest): readonly string[] {
  return tags.filter((tag) => tag.startsWith('layer:'));
}
