import { coreResources, crd } from '@eso/api/schema';
import { policyVariables, specRules } from '@eso/sync';
import { parseAllDocuments } from 'yaml';
import { root } from '../setup.mjs';
import { admissionFiles, withSpecRules } from './admission.ts';
import { drift, filesBelow } from './files.ts';

const externalSecret = coreResources.find(({ kind }) => kind === 'ExternalSecret')!;

test('the policy of the chart is what the table of rules says, beside files that are written by hand', () => {
  const files = admissionFiles();
  expect(drift(root, files)).toEqual([]);
  expect(filesBelow(`${root}/${files.folder}`)).toContain('rbac.yaml');
});

test('the policy has every rule that is a policy’s, and nothing that another one needs', () => {
  const [policy, binding] = parseAllDocuments(admissionFiles().files.get('admission.yaml') ?? '').map(
    (document) =>
      document.toJS() as { spec: { variables: { name: string; expression: string }[]; policyName: string } },
  );
  const expressions = policy?.spec.variables.map(({ expression }) => expression) ?? [];
  const wanted = specRules.flatMap(({ admission }) => (admission.place === 'policy' ? [admission.messages] : []));
  expect(expressions).toEqual(expect.arrayContaining(wanted));
  expect(expressions).toHaveLength(Object.keys(policyVariables).length + wanted.length + 1);
  expect(binding?.spec.policyName).toBe('externalsecret-validate');
});

test('the CRD has every rule that is the CRD’s, with its field', () => {
  const text = JSON.stringify(withSpecRules(crd(externalSecret), externalSecret.kind));
  for (const { admission } of specRules)
    if (admission.place === 'crd') expect(text).toContain(JSON.stringify(admission.rule));
});

test('a rule about an object that the schema does not have is refused', () => {
  const manifest = structuredClone(crd(externalSecret));
  const [version] = manifest.spec.versions as {
    schema: { openAPIV3Schema: { properties: Record<string, unknown> } };
  }[];
  delete version?.schema.openAPIV3Schema.properties['spec'];
  expect(() => withSpecRules(manifest, externalSecret.kind)).toThrow(
    'a rule of libs/sync/src/rules is about spec.target, which the schema does not have',
  );
});
