import { type KubeError, resourceName, type ResourceType } from '@eso/kube';
import type { Problem, ShapedContent } from '@eso/sync';
import type { Refused } from '../refusal-text.ts';
import { writeProblem } from '../write-problem.ts';
import { rightsStep } from './kind-problem.ts';

/** A request about a target of another kind than Secret that failed, as the user reads it. */
export function manifestProblem(error: KubeError, refused: Refused, type: ResourceType): Problem {
  const field = 'spec.target.manifest';
  if (error.code === 'FORBIDDEN') {
    const publicMessage = `core may not ${refusedVerb(error)} ${resourceName(type)} in namespace ${refused.es.metadata.namespace}`;
    return { code: error.code, field, publicMessage, nextStep: rightsStep(type) };
  }
  const rejected = rejectedFields(error)?.slice(0, MAX_READ);
  if (!rejected) return { ...writeProblem(error, refused), field };
  const known = knownNames(refused, new Set(rejected.flatMap(({ path }) => stepsOf(path))));
  const fields = [...new Set(rejected.map(({ path, why }) => `${shownPath(path, known)}${why}`))].slice(0, MAX_FIELDS);
  return {
    code: 'INVALID',
    field,
    publicMessage: `the API server does not accept the ${type.kind} because of ${fields.join(', ') || 'its content'}`,
    nextStep: 'Correct what is written there, by spec.target.template or the kind of the target.',
  };
}

/** Rejections that are looked at; whoever makes an object wrong in one place may do so in very many. */
const MAX_READ = 100;
/** As much of a text is read, in characters: it may quote the whole object. */
const MAX_SAID = 8_192;
/** How many fields one text names. */
const MAX_FIELDS = 5;

/** What the API server says that was not allowed (k8s.io/apiserver `ForbiddenErrorMessage`). */
function refusedVerb({ said = '' }: KubeError): string {
  return / cannot (get|create|update|patch|delete) resource /.exec(said)?.[1] ?? 'write';
}

interface RejectedField {
  readonly path: string;
  readonly why: string;
}

/**
 * What the schema of the kind refuses. What server-side apply finds out about types and names of fields comes as a text with the values
 * in it, under status 500 (structured-merge-diff, `failed to create typed patch object`); nothing but paths is taken out of it.
 */
function rejectedFields({ code, causes, said = '' }: KubeError): readonly RejectedField[] | undefined {
  if (code === 'INVALID') return causes.map(({ field }) => ({ path: field.replace(/[^\w.-].*/s, ''), why: '' }));
  if (!said.startsWith('failed to create typed patch object')) return undefined;
  return [
    ...said
      .slice(0, MAX_SAID)
      .matchAll(/(?:^|[\s:])((?:\.[\w-]+)+)\S*: (field not declared in schema|expected [a-z]+)/g),
  ].map(([, path = '', why = '']) => ({ path: path.slice(1), why: ` (${why})` }));
}

/** The path as far as it is the user's own text, or the schema's; the rest may be a name from inside a secret. */
function shownPath(path: string, known: ReadonlySet<string>): string {
  const steps = stepsOf(path);
  const hidden = steps.findIndex((step) => known.has(step));
  return (hidden < 0 ? steps : [...steps.slice(0, hidden), '…']).join('.');
}

/**
 * Of the steps that are asked for, those that came with what was fetched and do not stand in the manifest, which may be long. A name with
 * points, slashes or the like in it is several steps of a path.
 */
function knownNames({ es, content }: Refused, asked: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const name of namesOf(content)) for (const step of name.split(/[^\w-]+/)) if (asked.has(step)) found.add(step);
  const written = JSON.stringify(es.spec);
  return new Set([...found].filter((name) => !written.includes(name)));
}

function stepsOf(path: string): string[] {
  return path.split('.').filter((step) => step !== '');
}

function* namesOf(content: ShapedContent | undefined): Generator<string> {
  yield* content?.fetched.keys() ?? [];
  if (content?.rendered?.kind === 'manifest') yield* innerNames(content.rendered.object);
}

function* innerNames(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) yield name;
    yield* innerNames(inner);
  }
}
