import type { TemplateText } from '../shape/shape-request.ts';
import { DEFAULT_DELIMITERS } from './delimiters.ts';
import { templateSteps } from './template-steps.ts';

test('each item gets its own text, however many there are', () => {
  // So many that looking each of them up among all comes to no end.
  const items = Array.from({ length: 300_000 }, (_, i) => ({ key: `k${i}` }));
  const texts = items.map(({ key }, item): TemplateText => ({
    field: '',
    entry: 0,
    from: 'configMap',
    item,
    key,
    text: Buffer.from(`text of ${key}`),
  }));
  const request = {
    target: 'secret' as const,
    template: {
      engineVersion: 'v2' as const,
      mergePolicy: 'Replace' as const,
      templateFrom: [{ configMap: { name: 'c', items } }],
    },
    texts: texts.reverse(),
    delimiters: DEFAULT_DELIMITERS,
    rendersEmpty: false,
  };
  let steps = 0;
  for (const { key, text } of templateSteps(request)) {
    if (Buffer.from(text).toString() !== `text of ${key}`) throw new Error(`the text of ${key} is another`);
    steps++;
  }
  expect(steps).toBe(items.length);
});
