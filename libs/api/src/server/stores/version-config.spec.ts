import { ProviderError } from '../../contract/provider-error.ts';
import { versionDecoder } from './version-config.ts';

const decode = versionDecoder(
  {
    type: 'object',
    properties: {
      secrets: { type: 'array', items: { type: 'string' } },
      verdict: { type: 'string', default: 'valid' },
    },
    required: ['secrets'],
  },
  'v2beta1',
);

test('a config of the version gets its defaults', () => {
  expect(decode({ secrets: ['a'] })).toEqual({ secrets: ['a'], verdict: 'valid' });
});

test.each([
  ['of another version', { data: ['marker'] }, /^spec\.(data|secrets)/],
  ['with fields of both', { secrets: [], data: ['marker'] }, /^spec\.data is not known/],
  ['without anything', {}, /^spec\.secrets is required/],
])('one %s is refused, and told which version was asked for', (_what, spec, problem) => {
  let thrown: unknown;
  try {
    decode(spec);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ProviderError);
  expect(thrown).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(problem) as string,
    field: expect.stringMatching(/^spec\.(data|secrets)$/) as string,
    nextStep: expect.stringMatching(
      /\. Read as v2beta1: write the config in that version, or refer to it in its own$/,
    ) as string,
  });
  expect(String(thrown)).not.toContain('marker');
});
