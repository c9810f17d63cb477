/**
 * What the house measures, from its TypeScript sources: the longest function and file, circles of imports, exported names with
 * two meanings, exports without a comment. `node --conditions=@eso/source tools/check/house.ts` prints the figures and every
 * place behind them; `--ratchet` writes better figures down as the new bounds.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { root } from '../setup.mjs';
import { exportsIn } from './exports-of.ts';
import { functionsIn } from './functions-of.ts';
import { circles, importGraph } from './import-graph.ts';

/** One figure of the house; the smaller, the better. */
export interface Figure {
  /** As printed: `lines of the longest function`. */
  readonly title: string;
  readonly value: number;
  /** Where: `libs/kube/src/client/client.ts:12 RestClient.get, 80 lines`, the worst first. */
  readonly places: readonly string[];
}

/** The figures, by the names that the file of bounds uses. */
export interface House {
  readonly longestFunction: Figure;
  readonly longestFile: Figure;
  readonly importCircles: Figure;
  readonly namesWithTwoMeanings: Figure;
  readonly undocumentedExports: Figure;
}

/** The most that each figure may be. */
export type Bounds = Readonly<Record<keyof House, number>>;

/** Where the bounds are, from the root of the workspace. */
export const BOUNDS_FILE = 'tools/check/house.json';

/** Specs, generated code, and tables of test cases are read for circles alone. */
const UNMEASURED = /\.spec\.|\/(?:gen|cases)\//;

/** How many of the longest functions and files are named. */
const LONGEST = 15;

/** Folders whose exports are counted: what others build upon. */
const EXPORTING = /^(?:libs|apps)\//;

/**
 * Reads every source of the workspace at `folder`. Names and comments of exports are those of libs/ and apps/.
 */
export function measureHouse(folder: string): House {
  const graph = importGraph(folder);
  const paths = graph.modules.map(({ path }) => path).filter((path) => !UNMEASURED.test(path));
  const functions: { place: string; lines: number }[] = [];
  const files: { place: string; lines: number }[] = [];
  const declared = new Map<string, string[]>();
  const undocumented: string[] = [];
  for (const path of paths) {
    const text = readFileSync(join(folder, path), 'utf8');
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const lines = text.replace(/\n$/, '').split('\n').length;
    files.push({ place: `${path}, ${lines} lines`, lines });
    for (const { name, line, lines: length } of functionsIn(source))
      functions.push({ place: `${path}:${line} ${name}, ${length} lines`, lines: length });
    if (!EXPORTING.test(path)) continue;
    for (const { name, line, documented } of exportsIn(source)) {
      declared.set(name, [...(declared.get(name) ?? []), `${path}:${line}`]);
      if (!documented) undocumented.push(`${path}:${line} ${name}`);
    }
  }
  const shared = [...declared].filter(([, places]) => haveTwoMeanings(places));
  const rings = circles(graph);
  return {
    longestFunction: longest('lines of the longest function', functions),
    longestFile: longest('lines of the longest file', files),
    importCircles: all(
      'circles of imports',
      rings.map(({ path }) => path.join(' → ')),
    ),
    namesWithTwoMeanings: all(
      'exported names with two meanings',
      shared.map(([name, places]) => `${name}: ${places.join(', ')}`).sort(),
    ),
    undocumentedExports: all('exports without a comment', undocumented),
  };
}

/** One sentence for each figure that is over its bound. */
export function overBounds(house: House, bounds: Bounds): string[] {
  return entries(house).flatMap(([key, { title, value }]) =>
    value > bounds[key] ? [`${title}: ${value}, and ${BOUNDS_FILE} allows ${bounds[key]}`] : [],
  );
}

/** The bounds with each figure that has become better since; none is ever raised. */
export function ratchet(house: House, bounds: Bounds): Bounds {
  const lowered = entries(house).map(([key, { value }]) => [key, Math.min(value, bounds[key])] as const);
  return Object.fromEntries(lowered) as Record<keyof House, number>;
}

/** The bounds that are committed. */
export function readBounds(folder: string): Bounds {
  return JSON.parse(readFileSync(join(folder, BOUNDS_FILE), 'utf8')) as Bounds;
}

/** A line for each figure: its value, its bound, and the worst place. */
export function summary(house: House, bounds: Bounds): string[] {
  return entries(house).map(([key, { title, value, places }]) => {
    const better = value < bounds[key] ? '; --ratchet would lower it' : '';
    const worst = key.startsWith('longest') ? `  ${places[0] ?? ''}` : '';
    return `${String(value).padStart(5)} ${title} (bound ${bounds[key]}${better})${worst}`;
  });
}

/** Two apps may use one name: nobody imports an app, so nobody meets both. */
function haveTwoMeanings(places: readonly string[]): boolean {
  const apps = places.flatMap((place) => /^apps\/[^/]+/.exec(place)?.[0] ?? []);
  return places.length > 1 && (apps.length < places.length || new Set(apps).size < apps.length);
}

function entries(house: House): [keyof House, Figure][] {
  return Object.entries(house) as [keyof House, Figure][];
}

function all(title: string, places: readonly string[]): Figure {
  return { title, value: places.length, places };
}

function longest(title: string, found: readonly { place: string; lines: number }[]): Figure {
  const sorted = found.toSorted((a, b) => b.lines - a.lines);
  return { title, value: sorted[0]?.lines ?? 0, places: sorted.slice(0, LONGEST).map(({ place }) => place) };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { ratchet: { type: 'boolean', default: false } } });
  const house = measureHouse(root);
  let bounds = readBounds(root);
  if (values.ratchet) {
    bounds = ratchet(house, bounds);
    writeFileSync(join(root, BOUNDS_FILE), `${JSON.stringify(bounds, undefined, 2)}\n`);
  }
  for (const [, { title, value, places }] of entries(house))
    console.log(`${title}: ${value}\n  ${places.join('\n  ')}\n`);
  console.log(summary(house, bounds).join('\n'));
  const problems = overBounds(house, bounds);
  for (const problem of problems) console.error(problem);
  process.exit(problems.length === 0 ? 0 : 1);
}
