import type { KubeObject } from '@eso/kube';

/** What two objects that came about alike differ in by nature. */
const BY_NATURE = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'time', 'refreshTime', 'lastTransitionTime']);

/** One line for each object that is in one namespace only, or is stored there with other fields; names and times apart. */
export function differencesBetween(a: ReadonlyMap<string, KubeObject>, b: ReadonlyMap<string, KubeObject>): string[] {
  const [left, right] = [byName(a), byName(b)];
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names].flatMap((name) => {
    const [one, other] = [left.get(name), right.get(name)];
    if (one === undefined || other === undefined) return [`${name} is in one of both`];
    return differingLines(one, other).map((line) => `${name}: ${line}`);
  });
}

function byName(objects: ReadonlyMap<string, KubeObject>): Map<string, string> {
  return new Map([...objects.values()].map((object) => [`${object.kind} ${object.metadata.name}`, printed(object)]));
}

/** In one order, without what differs by nature; hashes of what holds the namespace's name count as present. */
function printed(object: KubeObject): string {
  const { namespace = '' } = object.metadata;
  const text = JSON.stringify(ordered(object), undefined, 1);
  return text
    .replaceAll(namespace, 'NAMESPACE')
    .replaceAll(/k:\{\\"uid\\":\\"[^"]*\\"\}/g, 'k:uid')
    .replaceAll(/("syncedResourceVersion": "\d+-)[0-9a-f]+/g, '$1HASH')
    .replaceAll(/("reconcile.external-secrets.io\/created-by": ")[0-9a-f]{56}/g, '$1HASH');
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !BY_NATURE.has(key));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, held]) => [key, ordered(held)]));
}

function differingLines(one: string, other: string): string[] {
  const [left, right] = [one.split('\n'), other.split('\n')];
  const only = (lines: readonly string[], than: readonly string[], mark: string): string[] =>
    lines.filter((line) => !than.includes(line)).map((line) => `${mark} ${line.trim()}`);
  return one === other ? [] : ['differs', ...only(left, right, '-'), ...only(right, left, '+')];
}
