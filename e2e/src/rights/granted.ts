/** What the charts grant, and the same without one right. */
import { type Manifest, type Right, rightsOf } from '@eso/testing';
import { wordsOf } from './behaviour.ts';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Whether this is a Role or ClusterRole. */
export const isRole = ({ kind }: Manifest): boolean => kind === 'Role' || kind === 'ClusterRole';

/** Name of a role with where it is. */
export const roleName = ({ kind, metadata: { name, namespace = '' } }: Manifest): string =>
  `${kind} ${namespace}/${name}`;

const isBindingOf = (binding: Manifest, role: Manifest): boolean => {
  const { kind, name } = (binding['roleRef'] ?? {}) as { kind?: string; name?: string };
  const { namespace } = role.metadata;
  return kind === role.kind && name === role.metadata.name && (role.kind === 'ClusterRole' || binding.metadata.namespace === namespace); // prettier-ignore
};

/** Roles that no binding among the documents gives to anybody: they are for people. */
export function unboundRoles(documents: readonly Manifest[]): string[] {
  return documents.filter((role) => isRole(role) && !documents.some((each) => isBindingOf(each, role))).map(roleName);
}

/**
 * The role that gives a right, without it: each other right of the role stands in a rule of its own.
 * @throws Error unless exactly one rule of one role gives it
 */
export function roleWithout(documents: readonly Manifest[], right: Right): { whole: Manifest; without: Manifest } {
  const words = wordsOf(right);
  const found = documents.filter(isRole).flatMap((role) => {
    const bindings = documents.filter((each) => isBindingOf(each, role));
    const rules = (role['rules'] as Rule[]).flatMap(singleRules);
    return rules.flatMap((rule, at) => {
      const rights = rightsOf([{ ...role, rules: [rule] }, ...bindings]);
      if (!rights.some((each) => wordsOf(each) === words)) return [];
      return [{ whole: role, without: { ...role, rules: rules.filter((_, other) => other !== at) } }];
    });
  });
  const [only] = found;
  if (only && found.length === 1) return only;
  throw new Error(`${words}: given by ${found.length} rules (${found.map(({ whole }) => roleName(whole)).join(', ')})`);
}

/** A rule as rules of one group, resource, name and verb each. */
function singleRules({ apiGroups = [], resources = [], resourceNames, verbs }: Rule): Rule[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      (resourceNames ?? [undefined]).flatMap((name) =>
        verbs.map((verb) => ({
          apiGroups: [group],
          resources: [resource],
          ...(name !== undefined && { resourceNames: [name] }),
          verbs: [verb],
        })),
      ),
    ),
  );
}
