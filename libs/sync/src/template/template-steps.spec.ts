import type { TemplateText } from '../shape/shape-request.ts';
import { DEFAULT_DELIMITERS } from './delimiters.ts';
import { templateSteps } from './template-steps.ts';

test('each item gets its own text, however many there are', () => {
  let searches = 0;
  const items = Array.from({ length: 20_000 }, (_, i) => ({ key: `k${i}` }));
  const texts = items.map(({ key }, item): TemplateText => ({
    field: '',
    entry: 0,
    from: 'configMap',
    item,
    key,
    text: Buffer.from(`text of ${key}`),
  }));
  const find = (): undefined => {
    searches++;
    return undefined;
  };
  const request = {
    target: 'secret' as const,
    template: {
      engineVersion: 'v2' as const,
      mergePolicy: 'Replace' as const,
      templateFrom: [{ configMap: { name: 'c', items } }],
    },
    texts: Object.assign(texts.reverse(), { find }),
    delimiters: DEFAULT_DELIMITERS,
    rendersEmpty: false,
  };
  let steps = 0;
  for (const { key, text } of templateSteps(request)) {
    if (Buffer.from(text).toString() !== `text of ${key}`) throw new Error(`the text of ${key} is another`);
    steps++;
  }
  expect(steps).toBe(items.length);
  expect(searches).toBe(0);
});
