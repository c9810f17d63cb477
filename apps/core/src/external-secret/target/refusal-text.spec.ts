import type { ExternalSecret } from '@eso/api/resources';
import { KubeError, type KubeErrorCode } from '@eso/kube';
import { beforeRefusal, refusalText } from './refusal-text.ts';

const es = { metadata: { name: 'app' }, spec: { data: [{ secretKey: 'user' }] } } as unknown as ExternalSecret;
const VALUE = 'hunter2-and-some-more-of-the-same-sort';
const data = new Map(Object.entries({ user: 'root', S3cretKey: VALUE, pin: '12', 'k.-': 'ünïcödé' })).entries();
const fetched = new Map([...data].map(([key, value]) => [key, Buffer.from(value)] as const));
const refused = { es, content: { fetched } };
const WEBHOOK = 'admission webhook "labels.example.org" denied the request: ';
const POLICY = `secrets "app" is forbidden: ValidatingAdmissionPolicy 'no-secrets' with binding 'b' denied request: `;

function denied(said: string, code: KubeErrorCode = 'ADMISSION_DENIED'): KubeError {
  return new KubeError(code, said, { status: 403, said });
}

test('a text of ours is not called the API server’s', () => {
  expect(refusalText(new KubeError('UNREACHABLE', 'no connection'), refused)).toBe('no connection');
});

test.each([
  ['of a policy', `${POLICY}Secrets need a label`],
  ['that names a key of the manifest', `${WEBHOOK}object.data.user is not allowed`],
  ['in which a short value stands by chance', `${WEBHOOK}12 labels are missing`],
  ['in which a key is a part of a word', `${WEBHOOK}S3cretKeys are missing, spinning`],
  ['in which a value is a part of a word', `${WEBHOOK}uprooted`],
])('what a policy says is quoted: a text %s', (_, text) => {
  const quoted = text.replaceAll('"', "'");
  expect(refusalText(denied(text), refused)).toBe(
    `the API server refused the request (status 403); it said: "${quoted}"`,
  );
});

test.each([
  ['a key from inside a secret', 'data.S3cretKey: not allowed'],
  ['such a key with something unseen in it', 'data.S3cret\u200BKey: not allowed'],
  ['a key that ends with a point', '"k.-" is odd'],
  ['a short value of a key of the manifest', '"root" is not allowed'],
  ['the whole of a value', `value ${VALUE} is weak`],
  ['a value up to a cut', `value ${VALUE.slice(0, 30)}... is weak`],
  ['a value as it stands in the object', `{"data":{"x":"${Buffer.from(VALUE).toString('base64')}"}}`],
  ['a short value as it stands in the object', `cm9vdA== is weak`],
  ['a value of many bytes a character', 'ünïcödé is weak'],
])('a text is not shown that names %s', (_, text) => {
  const hidden = 'what it said is not shown, because it may come from inside the Secret';
  expect(refusalText(denied(WEBHOOK + text), refused)).toBe(
    `the API server refused the request (status 403), by webhook labels.example.org; ${hidden}`,
  );
  expect(refusalText(denied(POLICY + text), refused)).toBe(
    `the API server refused the request (status 403), by ValidatingAdmissionPolicy no-secrets; ${hidden}`,
  );
});

const DOCUMENT = '{"user": "root",\n\t"password": "C:\\\\new\\u00fc"}';
test.each([
  ['as it is', DOCUMENT],
  ['by Go', String.raw`"{\"user\": \"root\",\n\t\"password\": \"C:\\\\new\\u00fc\"}"`],
  ['by Go, where it parses times', String.raw`parsing time "{\"user\": \"root\",\x0a\x09\"password\"`],
  ['as JSON', JSON.stringify({ said: DOCUMENT })],
  ['as JSON within JSON', JSON.stringify(JSON.stringify(DOCUMENT))],
  ['up to a cut', String.raw`"{\"user\": \"root\",\n\t\"pass...`],
])('a text is not shown that quotes a value with signs in it %s', (_, text) => {
  const content = { fetched: new Map([['user', Buffer.from(DOCUMENT)]]) };
  expect(refusalText(denied(WEBHOOK + text), { es, content })).toContain('is not shown');
  expect(refusalText(denied(`${WEBHOOK}"user" and "password" are missing`), { es, content })).not.toContain(
    'is not shown',
  );
});

test.each([
  ['a value', 'it was hunter2-and-some-more-of-the-same-sort', 'is not shown'],
  ['a key', 'Priv4te may not go', 'is not shown'],
  ['nothing', 'no secret may be changed', 'it said'],
])('of what stood there before, a policy names %s', (_, text, shown) => {
  const before = new Map([['Priv4te', Buffer.from(VALUE)]]);
  const content = { fetched: new Map() };
  expect(refusalText(denied(POLICY + text), { es, content, before })).toContain(shown);
  expect(refusalText(denied(POLICY + text), { es, content, before: 'unread' })).toContain('is not shown');
});

test.each<[string, Partial<KubeError>, number, unknown]>([
  ['a policy', { code: 'ADMISSION_DENIED', said: 'x' }, 1, 'read'],
  ['a quota', { code: 'QUOTA_EXCEEDED', said: 'x' }, 0, []],
  ['a schema', { code: 'INVALID', said: 'x' }, 0, []],
  ['nobody, who could not be reached', { code: 'UNREACHABLE' }, 0, []],
])('what is there is read where %s refused', async (_, error, reads, before) => {
  let count = 0;
  const read = (): Promise<never> => {
    count++;
    return Promise.resolve('read' as never);
  };
  expect(await beforeRefusal(error as KubeError, read)).toEqual(before);
  expect(count).toBe(reads);
});

test.each<[KubeErrorCode, unknown]>([
  ['NOT_FOUND', []],
  ['FORBIDDEN', 'unread'],
])('where reading it fails with %s, what stands there is %j', async (code, before) => {
  const read = (): Promise<never> => Promise.reject(new KubeError(code, 'x'));
  expect(await beforeRefusal(denied('x'), read)).toEqual(before);
});

test('what a policy says of a Secret that is deleted is not shown: nobody here knows what is in it', () => {
  expect(refusalText(denied(`${WEBHOOK}anything`), { es })).toMatch(/webhook labels\.example\.org; .* not shown/);
});

test.each<KubeErrorCode>(['FORBIDDEN', 'QUOTA_EXCEEDED', 'NAMESPACE_TERMINATING'])(
  '%s is decided without a look into the Secret, so its text is shown',
  (code) => expect(refusalText(denied('S3cretKey', code), { es })).toContain('"S3cretKey"'),
);

test('a long text on many lines is one quotation within its bound', () => {
  const text = refusalText(denied(`${WEBHOOK}first\n\u202esecond" [CODE]. ${'ä'.repeat(10_000)}`), refused);
  expect(text).toMatch(/; it said: "[^"\n\u202e]+…"$/);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(512);
});

test('a name of a refuser that is none is not passed on', () => {
  const text = refusalText(denied('admission webhook "S3cretKey!" denied the request: no'), refused);
  expect(text).not.toContain('S3cretKey');
});

test('a field without a name in what was rendered does not keep anybody busy', () => {
  const object = { '': 'x', spec: { '': { '': 'yyyy' } } };
  const rendered = { kind: 'manifest', object, labels: {}, annotations: {} } as const;
  const text = refusalText(denied('abc def', 'SERVER_ERROR'), { es, content: { fetched: new Map(), rendered } });
  expect(text).toContain('"abc def"');
});
