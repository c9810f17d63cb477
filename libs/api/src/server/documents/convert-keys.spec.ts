import { ProviderError } from '../../contract/provider-error.ts';
import { convertFoundKeys } from './convert-keys.ts';

const tags = new Map<string, string>();

test('every key gets the form that a Secret can have [V1.6.3]', () => {
  const found = new Map([
    ['app/key', 1],
    ['app key', 2],
  ]);
  expect([...convertFoundKeys(found, { tags, conversionStrategy: 'Unicode' })]).toEqual([
    ['app_U002f_key', 1],
    ['app_U0020_key', 2],
  ]);
});

test.each([
  ['app/key', 'app key'],
  ['app_key', 'app/key'],
])('%p and %p do not become one [V1.6.2]', (...keys) => {
  const found = new Map(keys.map((key, value) => [key, value]));
  const convert = () => convertFoundKeys(found, { tags, conversionStrategy: 'Default' });
  expect(convert).toThrow(ProviderError);
  expect(convert).toThrow('secret name collision during conversion: app_key');
});
