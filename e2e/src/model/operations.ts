import type { SeededRandom } from '@eso/testing';
import type { Model, Wanted } from './model.ts';

/** Something that a user does. */
export type Operation =
  | { readonly kind: 'create' | 'change'; readonly wanted: Wanted }
  | { readonly kind: 'delete'; readonly name: string }
  | SecretOperation;

/** On the present target of an ExternalSecret. */
interface SecretOperation {
  readonly kind: 'deleteSecret' | 'editSecret' | 'unlabelSecret';
  readonly target: string;
}

export interface Choices {
  /** Names of ExternalSecrets. */
  readonly names: readonly [string, ...string[]];
  readonly stores: readonly [string, ...string[]];
  readonly keys: readonly [string, ...string[]];
}

type Chosen = 'rename' | 'switch' | 'keys' | 'delete' | SecretOperation['kind'];

/** The next thing to do, given what there is. */
export function nextOperation(random: SeededRandom, model: Model, choices: Choices): Operation {
  const name = random.pick(choices.names);
  if (!model.names.includes(name)) return { kind: 'create', wanted: anything(random, name, choices) };
  const spec = model.spec(name);
  const { target = name } = spec;
  const kind = random.pick<Chosen>(['rename', 'switch', 'keys', 'delete', 'deleteSecret', 'deleteSecret', 'editSecret', 'unlabelSecret']); // prettier-ignore
  switch (kind) {
    case 'rename':
      // Under CreatedOnce a rename back to a name that is still there is no reason to clean up (1.7, 1.9).
      if (spec.refreshPolicy === 'CreatedOnce') return { kind: 'deleteSecret', target };
      return { kind: 'change', wanted: { ...spec, target: target === name ? `${name}-renamed` : name } };
    case 'switch':
      return { kind: 'change', wanted: { ...spec, store: random.pick(choices.stores) } };
    case 'keys':
      return { kind: 'change', wanted: { ...spec, keys: someKeys(random, choices) } };
    case 'delete':
      return { kind: 'delete', name };
    default:
      return { kind, target };
  }
}

function anything(random: SeededRandom, name: string, choices: Choices): Wanted {
  return {
    name,
    store: random.pick(choices.stores),
    keys: someKeys(random, choices),
    refreshPolicy: random.pick(['Periodic', 'Periodic', 'OnChange', 'CreatedOnce']),
  };
}

/** Never none: an ExternalSecret without data is no valid one. */
function someKeys(random: SeededRandom, { keys }: Choices): string[] {
  const some = keys.filter(() => random.chance(0.5));
  return some.length > 0 ? some : [random.pick(keys)];
}
