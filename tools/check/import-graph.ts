/** The graph of the workspace's own modules, read from their imports. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cyclicComponents, shortestCircle, type Successors } from './components.ts';
import { type ImportKind, type ImportOf, importsOf } from './imports-of.ts';
import { type Package, packagesOf, resolveImport } from './packages.ts';

/** One source file. Paths are relative to the root of the workspace, with `/`. */
export interface Module {
  /** `libs/kube/src/index.ts` */
  readonly path: string;
  /** Folder of the package that holds it: `libs/kube`. */
  readonly package: string;
  /** A spec, or what specs alone use (a folder named `testing`, the package `libs/testing`, `e2e`). */
  readonly test: boolean;
}

/** One module imports another. Named once a pair: by value where any of the imports is. */
export interface ImportEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: ImportKind;
}

/** Modules and edges sorted by path. Imports of npm packages, Node's modules and data files are no edges. */
export interface ImportGraph {
  readonly modules: readonly Module[];
  readonly edges: readonly ImportEdge[];
}

/** Modules that all import each other, by whatever way. */
export interface ImportCircle {
  /** All of them, sorted. */
  readonly members: readonly string[];
  /** The shortest circle among them; the first module stands at both ends. */
  readonly path: readonly string[];
  /** `value` where one is left without the imports of types. */
  readonly kind: ImportKind;
}

/** One package imports another: `from` and `to` are folders (`libs/kube`). */
export interface PackageEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: ImportKind;
  /** The imports behind it. */
  readonly edges: readonly ImportEdge[];
}

const SOURCE = /(?<!\.d)\.[cm]?[jt]s$/;
const SKIPPED = new Set(['node_modules', 'dist']);

/**
 * Reads the packages that the `workspaces` of `root`'s package.json name, and every source in them (no declaration
 * files, nothing in `dist`). An import is followed by its path or by the `exports` of a package of the workspace.
 * @param root folder of the workspace
 * @throws what the file system answers, when `root` has no package.json
 */
export function importGraph(root: string): ImportGraph {
  const packages = packagesOf(root);
  const modules = packages.flatMap(({ folder }) =>
    sourcesOf(root, folder, new Set(packages.map((each) => each.folder))).map((path) => moduleAt(path, folder)),
  );
  const sources = modules.map(({ path }): [string, ImportOf[]] => [
    path,
    importsOf(path, readFileSync(join(root, path), 'utf8')),
  ]);
  return {
    modules: modules.sort((a, b) => compare(a.path, b.path)),
    edges: edgesOf(packages, new Map(sources)),
  };
}

/** The imports among sources, which are given with their own; sorted. */
export function edgesOf(packages: readonly Package[], sources: ReadonlyMap<string, readonly ImportOf[]>): ImportEdge[] {
  const edges = [...sources].flatMap(([from, imports]) => {
    const kinds = new Map<string, ImportKind>();
    for (const { specifier, kind } of imports) {
      const to = resolveImport(packages, from, specifier);
      if (to !== undefined && sources.has(to) && kinds.get(to) !== 'value') kinds.set(to, kind);
    }
    return [...kinds].map(([to, kind]) => ({ from, to, kind }));
  });
  return edges.sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
}

/** Each group of modules that import each other, once, with types as well as values. None is what the linter demands. */
export function circles({ edges }: Pick<ImportGraph, 'edges'>): ImportCircle[] {
  const all = successorsOf(edges);
  const values = successorsOf(edges.filter(({ kind }) => kind === 'value'));
  const byValue = new Set(cyclicComponents(values).flat());
  return cyclicComponents(all)
    .map((members): ImportCircle => {
      const paths = members.map((member) => shortestCircle(all, member) ?? []);
      const path = paths.reduce((best, each) => (each.length < best.length ? each : best), paths[0] ?? []);
      return { members, path, kind: members.some((member) => byValue.has(member)) ? 'value' : 'type' };
    })
    .sort((a, b) => compare(a.members[0] ?? '', b.members[0] ?? ''));
}

/**
 * Which package imports which, sorted.
 * @param options.tests also what specs and fixtures import; default false: the arrows of the house are about programs
 */
export function packageEdges(graph: ImportGraph, { tests = false }: { readonly tests?: boolean } = {}): PackageEdge[] {
  const modules = new Map(graph.modules.map((module) => [module.path, module]));
  const found = new Map<string, { from: string; to: string; edges: ImportEdge[] }>();
  for (const edge of graph.edges) {
    const from = modules.get(edge.from);
    const to = modules.get(edge.to);
    if (!from || !to || from.package === to.package || (from.test && !tests)) continue;
    const key = `${from.package} ${to.package}`;
    const pair = found.get(key) ?? { from: from.package, to: to.package, edges: [] };
    pair.edges.push(edge);
    found.set(key, pair);
  }
  return [...found.values()]
    .map((pair): PackageEdge => ({ ...pair, kind: pair.edges.some(({ kind }) => kind === 'value') ? 'value' : 'type' }))
    .sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
}

/** A package inside of another one (tools/control-plane) is left to itself. */
function sourcesOf(root: string, folder: string, packages: ReadonlySet<string>): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isFile()) return SOURCE.test(entry.name) ? [path] : [];
    if (!entry.isDirectory() || entry.name.startsWith('.') || SKIPPED.has(entry.name) || packages.has(path)) return [];
    return sourcesOf(root, path, packages);
  });
}

function moduleAt(path: string, folder: string): Module {
  const test = /\.spec\.[cm]?[jt]s$/.test(path) || path.includes('/testing/') || path.startsWith('e2e/');
  return { path, package: folder, test };
}

/** For each module with imports, what it imports. */
export function successorsOf(edges: readonly ImportEdge[]): Successors {
  const successors = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const list = successors.get(from);
    if (list) list.push(to);
    else successors.set(from, [to]);
  }
  return successors;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
