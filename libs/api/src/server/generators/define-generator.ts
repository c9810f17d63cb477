import type { Backend } from '../backend.ts';
import { defineKind, type KindBehaviour, type KindDefinition, kindDefinition } from '../define-kind.ts';
import type { NoFlags, OpenContext } from '../open-context.ts';
import { inlineDecoder } from '../stores/inline-config.ts';
import type { Generated, GeneratorOptions, OpenGenerator } from './generator.ts';

/** A generator whose config type is known to its own functions only; made by `defineGenerator`. */
export interface GeneratorDefinition<Flags = never> {
  /** Objects of its own kind. */
  readonly own: KindDefinition<Flags>;
  /** Where it stands in a ClusterGenerator. */
  readonly cluster?: KindDefinition<Flags>;
  /** Whether it leaves something behind that has to be taken back. */
  readonly cleans: boolean;
}

/**
 * Defines one kind of generator. `Config` is the type of the object's `spec`.
 * @throws TypeError as `defineKind` and `defineInlineKind`.
 */
export function defineGenerator<Config, Flags = NoFlags>(
  options: GeneratorOptions<Config, Flags>,
): GeneratorDefinition<Flags> {
  const { apiVersion, kind, plural, metricName, cluster } = options;
  const behaviour: KindBehaviour<Config, Flags> = {
    features: ['generate'],
    metricName,
    ...(options.checkConfig ? { checkConfig: (config, at) => options.checkConfig?.(config, at) ?? [] } : {}),
    open: (context) => opened(options, context) as Backend,
  };
  const own = defineKind({ ...behaviour, apiVersion, kind, plural });
  const cleans = options.cleanup !== undefined;
  if (!cluster) return { own, cleans };
  const key = cluster.key ?? clusterKey(kind);
  const root = `spec.generator.${key}`;
  const place = { tag: 'inline', key, decode: inlineDecoder(cluster.schema, root) } as const;
  return { own, cluster: kindDefinition(behaviour, { apiVersion, kind, place, root }), cleans };
}

/** Key of a kind in a ClusterGenerator: `passwordSpec`, `ecrAuthorizationTokenSpec`, `uuidSpec`. */
export function clusterKey(kind: string): string {
  const lower = kind.replace(/^[A-Z]+?(?=[A-Z][a-z]|[a-z]|$)/, (word) => word.toLowerCase());
  return `${lower}Spec`;
}

function opened<Config, Flags>(
  options: GeneratorOptions<Config, Flags>,
  context: OpenContext<Config, Flags>,
): OpenGenerator {
  return {
    generate: async (call) => {
      const generated = await options.generate({ ...context, ...call });
      const state = stateOf(generated);
      if (state !== undefined) call.keep(state);
      return generated;
    },
    ...(options.cleanup ? { cleanup: async (state, call) => options.cleanup?.(state, { ...context, ...call }) } : {}),
  };
}

/** An author may have returned anything; that is judged later, when what was made can be taken back. */
function stateOf(generated: Generated | undefined | null): unknown {
  return generated?.state;
}
