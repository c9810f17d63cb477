import { EndpointUse } from './endpoint-use.ts';

test('an endpoint is forgotten when the last store that uses it is gone or uses another', () => {
  const forgotten: string[] = [];
  const use = new EndpointUse((id) => forgotten.push(id));
  use.use('Provider/a/x', 'e1');
  use.use('Provider/b/x', 'e1');
  use.use('Provider/b/x', 'e1');
  use.release('Provider/a/x');
  use.release('Provider/a/x');
  expect(forgotten).toEqual([]);
  use.use('Provider/b/x', 'e2');
  expect(forgotten).toEqual(['e1']);
  use.release('Provider/b/x');
  use.release('Provider/never/seen');
  expect(forgotten).toEqual(['e1', 'e2']);
});
