import type { Right } from '@eso/testing';
import type { World } from './world.ts';

/** Something that programs do, for which they have rights. */
export interface Behaviour {
  /** Who does what, as a sentence. */
  readonly name: string;
  /** Makes them do it, and waits until it is done. */
  readonly run: (world: World) => Promise<unknown>;
  /** Whether it is done when the system starts, and is looked for from there on. */
  readonly atStart?: boolean;
  /** The rights that its requests need, in the words of the tables in tools/charts/golden. */
  readonly needs: readonly string[];
  /** A right that the API server asks for while it serves another request: that request, as the program sends it. */
  readonly within?: { readonly right: string; readonly send: (world: World) => Promise<unknown> };
}

/** `account  place  resource: verb, verb` → one right for each verb. @throws Error for another form */
export function rightsIn(line: string): Right[] {
  const parts = /^(\S+) {2}(\S+) {2}([^\s."/]+(?:\/[^\s.]+)?)(?:\.(\S+))?(?: "(\S+)")?: (.+)$/.exec(line);
  if (!parts) throw new Error(`no line of a table of rights: ${line}`);
  const [, account = '', place = '', resource = '', group = '', name, verbs = ''] = parts;
  return verbs.split(', ').map((verb) => ({
    account,
    verb,
    group,
    resource,
    ...(name !== undefined && { name }),
    ...(place !== '(cluster)' && { namespace: place }),
  }));
}

/** One right in those words. */
export function wordsOf({ account, namespace = '(cluster)', resource, group, name, verb }: Right): string {
  return `${account}  ${namespace}  ${resource}${group && `.${group}`}${name === undefined ? '' : ` "${name}"`}: ${verb}`;
}
