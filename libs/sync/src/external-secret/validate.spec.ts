import type { ExternalSecretDataFrom, ExternalSecretSpec, ExternalSecretTarget } from '@eso/api/resources';
import { invalidSpec, validateExternalSecret } from './validate.ts';

const data = [{ secretKey: 'k', remoteRef: { key: 'r' } }];
const texts = (spec: ExternalSecretSpec): string[] => validateExternalSecret({ spec }).map(({ text }) => text);
const ofTarget = (target: ExternalSecretTarget): string[] => texts({ data, target });
const ofEntry = (entry: ExternalSecretDataFrom): string[] => texts({ dataFrom: [entry] });

const DELETE_WITHOUT_OWNER =
  "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner";
const MERGE_WITHOUT_SECRET =
  'deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with';
const SA = 'kubernetes.io/service-account-token';

test.each<[ExternalSecretTarget, string[]]>([
  [{ deletionPolicy: 'Delete', creationPolicy: 'Merge' }, [DELETE_WITHOUT_OWNER]],
  [{ deletionPolicy: 'Delete', creationPolicy: 'None' }, [DELETE_WITHOUT_OWNER]],
  [{ deletionPolicy: 'Delete', creationPolicy: 'CreateOrMerge' }, [DELETE_WITHOUT_OWNER]],
  [{ deletionPolicy: 'Delete', creationPolicy: 'Orphan' }, []],
  [{ deletionPolicy: 'Delete', creationPolicy: 'Owner' }, []],
  [{ deletionPolicy: 'Delete' }, []],
  [{ deletionPolicy: 'Merge', creationPolicy: 'None' }, [MERGE_WITHOUT_SECRET]],
  [{ deletionPolicy: 'Merge', creationPolicy: 'Merge' }, []],
  [{ deletionPolicy: 'Retain', creationPolicy: 'None' }, []],
  [{ template: {} }, []],
  [
    { template: { type: SA, metadata: { annotations: { 'kubernetes.io/service-account.name': '' } } } },
    [`template.type="${SA}" with annotation "kubernetes.io/service-account.name" is not allowed`],
  ],
  [{ template: { type: SA } }, []],
  [{ template: { metadata: { annotations: { 'kubernetes.io/service-account.name': 'x' } } } }, []],
  [
    {
      template: { type: SA, templateFrom: [{ target: 'Data' }, { target: 'aNNotations' }, { target: 'Annotations' }] },
    },
    [`template.type="${SA}" with templateFrom target="Annotations" is not allowed`],
  ],
  [
    { template: { type: 'bootstrap.kubernetes.io/token' } },
    ['template.type="bootstrap.kubernetes.io/token" is not allowed'],
  ],
  [
    {
      template: { templateFrom: [{ target: 'spec.x' }, { target: 'DATA' }, { target: '' }, {}, { target: 'labels' }] },
    },
    [
      'templateFrom target="spec.x" is not allowed when targeting a Secret, must be one of "Data", "Annotations" or "Labels"',
    ],
  ],
  [
    { manifest: { apiVersion: 'v1', kind: 'Secret' }, template: { templateFrom: [{ target: 'spec' }] } },
    [
      'templateFrom target="spec" is not allowed when targeting a Secret, must be one of "Data", "Annotations" or "Labels"',
    ],
  ],
  [{ manifest: { apiVersion: 'v1', kind: 'ConfigMap' }, template: { templateFrom: [{ target: 'spec' }] } }, []],
])('target %j', (target, expected) => {
  expect(ofTarget(target)).toEqual(expected);
});

const generatorRef = { kind: 'Password', name: 'p' } as const;
const BOTH = 'extract, find, or generatorRef cannot be set at the same time';

test.each<[ExternalSecretDataFrom, string[]]>([
  [{ extract: { key: 'k' } }, []],
  [{ find: {} }, []],
  [{ sourceRef: { generatorRef } }, []],
  [{ sourceRef: { storeRef: { name: 's' } } }, []],
  [{ extract: { key: 'k' }, sourceRef: { storeRef: { name: 's' } } }, []],
  [{ extract: { key: 'k' }, find: {} }, [BOTH]],
  [{ extract: { key: 'k' }, sourceRef: { generatorRef } }, [BOTH]],
  [{ find: {}, sourceRef: { generatorRef } }, [BOTH]],
  [{}, ['either extract, find, or sourceRef must be set to dataFrom']],
  [{ sourceRef: {} }, ['generatorRef or storeRef must be set when using sourceRef in dataFrom']],
])('dataFrom entry %j', (entry, expected) => {
  expect(ofEntry(entry)).toEqual(expected);
});

test.each<[ExternalSecretSpec, string[]]>([
  [{}, ['either data or dataFrom should be specified']],
  [{ data: [], dataFrom: [] }, ['either data or dataFrom should be specified']],
  [{ data }, []],
  [{ data: [...data, ...data, ...data] }, ['duplicate secretKey found: k', 'duplicate secretKey found: k']],
  [{ data: [...data, ...data], target: { deletionPolicy: 'Delete' } }, []],
])('spec %j', (spec, expected) => {
  expect(texts(spec)).toEqual(expected);
});

test('all problems make one error, in order, at the field of the first', () => {
  const spec: ExternalSecretSpec = {
    target: { deletionPolicy: 'Merge', creationPolicy: 'None', template: { type: 'bootstrap.kubernetes.io/token' } },
    dataFrom: [{}],
  };
  expect(invalidSpec({ spec })).toMatchObject({
    code: 'INVALID_SPEC',
    field: 'spec.target.deletionPolicy',
    publicMessage: [
      MERGE_WITHOUT_SECRET,
      'template.type="bootstrap.kubernetes.io/token" is not allowed',
      'either extract, find, or sourceRef must be set to dataFrom',
    ].join('; '),
  });
  expect(invalidSpec({ spec: { data } })).toBeUndefined();
});

test('a window that never opens is refused by its field, with what to write [1.18.5]', () => {
  const windows = [{ schedule: '0 0 31 2 *', duration: '1h' }];
  expect(invalidSpec({ spec: { data, syncWindows: { kind: 'allow', windows } } })).toMatchObject({
    code: 'INVALID_SPEC',
    field: 'spec.syncWindows.windows[0].schedule',
    publicMessage: 'the window never opens: no date matches the schedule',
    nextStep: expect.stringContaining('times are UTC') as string,
  });
});
