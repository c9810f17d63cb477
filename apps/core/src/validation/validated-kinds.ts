/** The kinds that are validated, as the loop sees them: every kind of store, and the classes of providers. */
import {
  clusterProviderClasses,
  FINALIZER_SECRET_STORE,
  providerClasses,
  regexScopeOf,
  type StoreKind,
  unanchoredExpressions,
} from '@eso/api/resources';
import type { ResourceType } from '@eso/kube';
import { type ClassKind, type ClassObject, classView } from '../store/class-view.ts';
import type { ClassInformers, Classes } from '../store/classes.ts';
import type { EndpointResolver } from '../store/endpoint-resolver.ts';
import type { RegisteredKind, StoreObject } from '../store/registry.ts';
import { checkClass } from './check-class.ts';
import { checkStore } from './check.ts';
import { CLASS_WORDS, PROVIDER_WORDS, SECRET_STORE_WORDS, type StatusWords } from './status-words.ts';
import type { Look, ValidatedKind, ValidatedObject } from './validated-kind.ts';

/** What a kind of store says, and what of earlier installations it may carry. */
const STORE_TRAITS: Readonly<
  Record<StoreKind, { readonly words: StatusWords; readonly oldFinalizers: readonly string[] }>
> = {
  Provider: { words: PROVIDER_WORDS, oldFinalizers: [] },
  ClusterProvider: { words: PROVIDER_WORDS, oldFinalizers: [] },
  SecretStore: { words: SECRET_STORE_WORDS, oldFinalizers: [FINALIZER_SECRET_STORE] },
  ClusterSecretStore: { words: SECRET_STORE_WORDS, oldFinalizers: [FINALIZER_SECRET_STORE] },
};

/** A kind of store. */
export function validatedStore(registered: RegisteredKind): ValidatedKind {
  const { kind, type, informer, snapshot } = registered;
  return ofAnyObject<StoreObject>({
    ...STORE_TRAITS[kind],
    kind,
    type,
    informer,
    snapshot,
    look(store): Look {
      const view = registered.toView(store);
      const { namespace, controllerClass, ready } = view;
      return {
        ...(controllerClass === undefined ? {} : { controllerClass }),
        ready,
        notes: () => notesOf(kind, store),
        dialler: { namespace },
        address: () => view.address(),
        resolveEndpoint: () => view.resolveEndpoint(),
        check: (defaultIntervalMs) => checkStore({ store, view }, defaultIntervalMs),
      };
    },
  });
}

/** The loop gives a kind objects of its own informer alone, which the type of a list of kinds cannot say. */
function ofAnyObject<T extends ValidatedObject>(kind: ValidatedKind<T>): ValidatedKind {
  return kind as unknown as ValidatedKind;
}

function notesOf(kind: StoreKind, { spec }: StoreObject): readonly string[] {
  if (regexScopeOf(kind) === 'whole' || !('conditions' in spec)) return [];
  const [first] = unanchoredExpressions(spec.conditions);
  return first === undefined
    ? []
    : [`${first} matches anywhere in a name. Write it between ^ and $ to admit whole names only`];
}

/** Both kinds of classes. */
export function validatedClasses(
  informers: ClassInformers,
  { classes, resolver }: { readonly classes: Classes; readonly resolver: Pick<EndpointResolver, 'resolve'> },
): readonly ValidatedKind[] {
  const classKind = <T extends ClassObject>(
    kind: ClassKind,
    type: ResourceType<T>,
    informer: ValidatedKind<T>['informer'],
  ): ValidatedKind =>
    ofAnyObject<T>({
      kind,
      type,
      informer,
      words: CLASS_WORDS,
      oldFinalizers: [],
      look(object): Look {
        const view = classView(kind, object);
        const { namespace, address, ready } = view;
        const resolveEndpoint = (): ReturnType<typeof resolver.resolve> => resolver.resolve(address, { namespace });
        return {
          ready,
          notes: () => [],
          dialler: { namespace },
          address: () => address,
          resolveEndpoint,
          check: () => checkClass({ object, view, classes, resolveEndpoint }),
        };
      },
    });
  return [
    classKind('ProviderClass', providerClasses, informers.providerClasses),
    classKind('ClusterProviderClass', clusterProviderClasses, informers.clusterProviderClasses),
  ];
}
