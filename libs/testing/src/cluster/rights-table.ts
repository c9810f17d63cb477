/** The rights in what charts render, as a table: who may do what, where. */
import type { Manifest } from './manifest.ts';

/** One right, as an API server is asked about it. */
export interface Right {
  /** ServiceAccount, as `namespace/name`. */
  readonly account: string;
  readonly verb: string;
  /** API group; empty for the core group. */
  readonly group: string;
  /** With its subresource, if any: `externalsecrets/status`. */
  readonly resource: string;
  /** The only object that is meant. */
  readonly name?: string;
  /** The only namespace that is meant; absent: all, and what has none. */
  readonly namespace?: string;
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

type Binding = Manifest & {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
};

/** Every right that the bindings among the objects give. @throws Error for a binding whose role is not among them */
export function rightsOf(objects: readonly Manifest[]): Right[] {
  const bindings = objects.filter(({ kind }) => kind.endsWith('RoleBinding')) as Binding[];
  return bindings.flatMap(({ metadata: { name, namespace }, roleRef, subjects }) => {
    const role = objects.find(
      (each) =>
        each.kind === roleRef.kind &&
        each.metadata.name === roleRef.name &&
        (each.kind === 'ClusterRole' || each.metadata.namespace === namespace),
    );
    if (!role) throw new Error(`binding ${name} is of ${roleRef.kind} ${roleRef.name}, which is not rendered`);
    const place = namespace === undefined ? {} : { namespace };
    return subjects.flatMap((subject) =>
      (role['rules'] as Rule[]).flatMap(expanded).map((right) => ({
        account: `${subject.namespace}/${subject.name}`,
        ...right,
        ...place,
      })),
    );
  });
}

function expanded({
  apiGroups = [],
  resources = [],
  resourceNames,
  verbs,
}: Rule): Omit<Right, 'account' | 'namespace'>[] {
  const names = resourceNames ?? [undefined];
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      names.flatMap((name) => verbs.map((verb) => ({ verb, group, resource, ...(name !== undefined && { name }) }))),
    ),
  );
}

/** A line for each account, resource and place, sorted: `external-secrets/core  team-a  secrets: get, list`. */
export function rightsTable(rights: readonly Right[]): string {
  const verbs = new Map<string, string[]>();
  for (const { account, namespace = '(cluster)', group, resource, name, verb } of rights) {
    const what = `${resource}${group && `.${group}`}${name === undefined ? '' : ` "${name}"`}`;
    const line = `${account}  ${namespace}  ${what}`;
    verbs.set(line, [...(verbs.get(line) ?? []), verb]);
  }
  return [...verbs]
    .map(([line, list]) => `${line}: ${[...new Set(list)].sort().join(', ')}\n`)
    .sort()
    .join('');
}
