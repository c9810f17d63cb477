import type { ExternalSecret } from '@eso/api/resources';
import { KubeError, resourceType } from '@eso/kube';
import { manifestProblem } from './manifest-problem.ts';

const gadgets = resourceType('example.com', 'v1', 'gadgets', 'Gadget', 'Namespaced');
const es = {
  metadata: { name: 'app', namespace: 'team' },
  spec: {
    target: { template: { templateFrom: [{ literal: 'host: {{ .host }}\nwritten: x\nlist: []', target: 'spec' }] } },
    data: [{ secretKey: 'user' }],
  },
} as unknown as ExternalSecret;
const refused = {
  es,
  content: {
    fetched: new Map([['S3cretKey', Buffer.from('hunter2')]]),
    rendered: {
      kind: 'manifest' as const,
      object: { spec: { host: 'h', list: [{ Pr1vate: 'x' }], written: 'x' } },
      labels: {},
      annotations: {},
    },
  },
};
const problemOf = (error: KubeError) => manifestProblem(error, refused, gadgets);
const typed = (text: string): KubeError => {
  const said = `failed to create typed patch object (team/app; example.com/v1, Kind=Gadget): ${text}`;
  return new KubeError('SERVER_ERROR', said, { status: 500, said });
};

test.each(['patch', 'create', 'get', 'delete'])('a missing right to %s is named, with what gives it', (verb) => {
  const said =
    `gadgets.example.com "app" is forbidden: User "system:serviceaccount:x:y" cannot ${verb} resource "gadgets" ` +
    'in API group "example.com" in the namespace "team"';
  expect(problemOf(new KubeError('FORBIDDEN', said, { status: 403, said }))).toEqual({
    code: 'FORBIDDEN',
    field: 'spec.target.manifest',
    publicMessage: `core may not ${verb} gadgets.example.com in namespace team`,
    nextStep:
      'Grant core the verbs get, list, watch, create, patch and delete on gadgets.example.com, ' +
      'with genericTargets.resources of the chart; it is tried again.',
  });
});

test.each([
  ['.spec.other: field not declared in schema', 'spec.other (field not declared in schema)'],
  ['.spec: field not declared in schema', 'spec (field not declared in schema)'],
  ['.spec.host: expected numeric (int or float), got string', 'spec.host (expected numeric)'],
  [
    'errors:\n  .spec.written.x: field not declared in schema\n  .spec.other: field not declared in schema',
    'spec.written.x (field not declared in schema), spec.other (field not declared in schema)',
  ],
  [
    '.spec.host: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"x":"hunter2"}}',
    'spec.host (expected string)',
  ],
  ['.spec.data.S3cretKey: field not declared in schema', 'spec.data.… (field not declared in schema)'],
  ['.spec.list[0].Pr1vate: expected string, got map', 'spec.list (expected string)'],
  ['hunter2 is not what was expected', 'its content'],
])('of what server-side apply says (%j) nothing but paths of the schema is passed on', (text, shown) => {
  const problem = problemOf(typed(text));
  expect(problem).toMatchObject({ code: 'INVALID', field: 'spec.target.manifest' });
  expect(problem.publicMessage).toBe(`the API server does not accept the Gadget because of ${shown}`);
});

test.each([
  ['spec.host', 'spec.host'],
  ['spec.data.S3cretKey', 'spec.data.…'],
  ['spec.list[0].Pr1vate', 'spec.list'],
  ['data[S3cretKey]', 'data'],
])('of a field that is not valid (%s) the path is named up to what may come from inside: %s', (field, shown) => {
  const cause = { field, reason: 'FieldValueInvalid', message: 'Invalid value: "hunter2"' };
  const problem = problemOf(new KubeError('INVALID', 'x hunter2', { status: 422, said: 'x hunter2', causes: [cause] }));
  expect(problem.publicMessage).toBe(`the API server does not accept the Gadget because of ${shown}`);
});

test.each([
  '.spec.data.prod.Pr1vate',
  '.spec.data.Pr1vate@prod',
  '.spec.data.prod.Pr1vate[0]',
  '.spec.data.prod.Pr1vate x',
])('a name from inside with signs in it (%s) is hidden in all its parts', (path) => {
  const name = path.slice('.spec.data.'.length);
  const content = { fetched: new Map([[name, Buffer.from('x')]]) };
  for (const error of [
    typed(`${path}: expected string, got map`),
    new KubeError('INVALID', 'x', { causes: [{ field: path.slice(1), reason: '', message: '' }] }),
  ]) {
    const { publicMessage } = manifestProblem(error, { es, content }, gadgets);
    expect(publicMessage).not.toMatch(/prod|Pr1vate/);
  }
});

test('what a policy says is judged as it is for Secrets', () => {
  const said = 'admission webhook "w.example.org" denied the request: hunter2';
  expect(problemOf(new KubeError('ADMISSION_DENIED', said, { status: 403, said })).publicMessage).not.toContain(
    'hunter2',
  );
});

test('of very large objects with very many rejections a bounded part is looked at', () => {
  const names = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`n${i}`, 'x']));
  const long = { ...es, spec: { ...es.spec, note: 'y'.repeat(1_000_000) } } as ExternalSecret;
  const content = { ...refused.content, rendered: { ...refused.content.rendered, object: { spec: names } } };
  const causes = Object.keys(names).map((name) => ({ field: `spec.${name}`, reason: '', message: '' }));
  const error = new KubeError('INVALID', 'x', { causes });
  const { publicMessage, searches } = countingSearches(() => manifestProblem(error, { es: long, content }, gadgets));
  expect(publicMessage).toBe('the API server does not accept the Gadget because of spec.…');
  // Each is one through the whole manifest, which may be as long.
  expect(searches).toBeLessThan(1_000);
});

/** How often the work looks for a text in another one. */
function countingSearches<T extends object>(work: () => T): T & { readonly searches: number } {
  const original = Object.getOwnPropertyDescriptor(String.prototype, 'includes') as TypedPropertyDescriptor<
    typeof String.prototype.includes
  >;
  let searches = 0;
  const value = function (this: string, ...args: [string, number?]): boolean {
    searches++;
    return original.value?.apply(this, args) === true;
  };
  Object.defineProperty(String.prototype, 'includes', { ...original, value });
  try {
    return { ...work(), searches };
  } finally {
    Object.defineProperty(String.prototype, 'includes', original);
  }
}

test('of a text that quotes a whole object, only its beginning is read', () => {
  expect(problemOf(typed(`:.a${'.a:'.repeat(300_000)} .late: field not declared in schema`)).publicMessage).toBe(
    'the API server does not accept the Gadget because of its content',
  );
});
