/**
 * ESLint rule: no module may import itself by way of others. Imports of types count, which `import/no-cycle` leaves out:
 * files that need each other's types cannot be read, moved or tested one without the other.
 */
import type { Rule } from 'eslint';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type ts from 'typescript';
import { cyclicComponents, shortestCircle, type Successors } from '../check/components.ts';
import { edgesOf, successorsOf } from '../check/import-graph.ts';
import { type ImportOf, importsIn } from '../check/imports-of.ts';
import { type Package, packagesOf, resolveImport } from '../check/packages.ts';

/** The modules of one program: what the linted file can reach is among them. */
interface Modules {
  readonly imports: ReadonlyMap<string, readonly ImportOf[]>;
  readonly successors: Successors;
  /** For each module in a circle, the modules that it is in one with. */
  readonly circles: ReadonlyMap<string, ReadonlySet<string>>;
}

export const noImportCircle: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'no module may import itself by way of others; imports of types count' },
    schema: [],
    messages: {
      circle: 'Import circle: {{way}}. Move what both sides need into a file of its own, or hand it in.',
    },
  },
  create: (context) => {
    const { program } = context.sourceCode.parserServices as { readonly program?: ts.Program | null };
    if (!program) throw new Error('no-import-circle reads the imports of the type checker: turn on projectService');
    const root = rootOf(context.filename);
    if (root === undefined) return {};
    const file = relative(root, context.filename).split(sep).join('/');
    return {
      Program: () => {
        const packages = cached(packagesIn, root, packagesOf);
        const { imports, successors, circles } = cached(modulesIn, program, () => readModules(program, root, packages));
        const others = circles.get(file);
        if (!others) return;
        for (const { specifier, line } of imports.get(file) ?? []) {
          const to = resolveImport(packages, file, specifier);
          if (to === undefined || !others.has(to)) continue;
          const way = shortestCircle(new Map([...successors, [file, [to]]]), file) ?? [];
          context.report({ loc: { line, column: 0 }, messageId: 'circle', data: { way: way.join(' → ') } });
        }
      },
    };
  },
};

const packagesIn = new Map<string, Package[]>();
const modulesIn = new WeakMap<ts.Program, Modules>();
const importsInSource = new WeakMap<ts.SourceFile, ImportOf[]>();
const roots = new Map<string, string | undefined>();

/** Reads what the type checker has parsed already: a program of a thousand files takes some milliseconds. */
function readModules(program: ts.Program, root: string, packages: readonly Package[]): Modules {
  const prefix = `${root.split(sep).join('/')}/`;
  const own = program.getSourceFiles().filter(({ fileName }) => isOwn(fileName, prefix));
  const imports = new Map(
    own.map((source) => [source.fileName.slice(prefix.length), cached(importsInSource, source, importsIn)]),
  );
  const successors = successorsOf(edgesOf(packages, imports));
  const components = cyclicComponents(successors).map((component) => new Set(component));
  const circles = new Map(components.flatMap((component) => [...component].map((path) => [path, component])));
  return { imports, successors, circles };
}

function isOwn(fileName: string, prefix: string): boolean {
  return fileName.startsWith(prefix) && !fileName.includes('/node_modules/') && !/\.d\.[cm]?ts$/.test(fileName);
}

/** The folder of the workspace that a file is in; undefined for a file outside of any. */
function rootOf(path: string): string | undefined {
  const folder = dirname(path);
  if (folder === path) return undefined;
  return cached(roots, folder, () => {
    const manifest = join(folder, 'package.json');
    const isRoot =
      existsSync(manifest) &&
      (JSON.parse(readFileSync(manifest, 'utf8')) as object as { workspaces?: unknown }).workspaces;
    return isRoot ? folder : rootOf(folder);
  });
}

interface Cache<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

function cached<K, V>(cache: Cache<K, V>, key: K, make: (key: K) => V): V {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make(key);
  cache.set(key, made);
  return made;
}
