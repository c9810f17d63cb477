import type { ProviderService } from './provider-service.ts';
import { ServiceLimit } from './service-limit.ts';

const LIMIT = 3;

function setup() {
  const changed: string[] = [];
  const excess = new Map<string, number>();
  const limit = new ServiceLimit({
    perNamespace: LIMIT,
    onChange: (key) => changed.push(key),
    onExcess: (namespace, count) => excess.set(namespace, count),
  });
  const kinds = (services: readonly ProviderService[]) => services.map((one) => limit.placeOf(one).kind);
  return { limit, changed, excess, kinds };
}

/** @param age the lower, the older */
function service(name: string, age: number, namespace = 'tenant'): ProviderService {
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1) + age * 1_000).toISOString().replace('.000', '');
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, uid: name, resourceVersion: '1', creationTimestamp },
    claim: { kind: 'secret', name },
  };
}

/** So many, the first one the oldest. */
const crowd = (count: number) => Array.from({ length: count }, (_, index) => service(`s${index}`, index));

test('of a namespace with no more than the limit all are within it at once', () => {
  const { limit, excess, kinds } = setup();
  const all = crowd(3);
  for (const one of all) limit.add(one);
  expect(kinds(all)).toEqual(['undecided', 'undecided', 'undecided']);
  limit.onSynced();
  expect(kinds(all)).toEqual(['within', 'within', 'within']);
  expect(excess.get('tenant')).toBe(0);
});

test('where there are too many at the beginning, those that have certificates come first, then the oldest; of one second by name', () => {
  const { limit, changed, excess, kinds } = setup();
  const all = [service('e', 9), service('b', 2), service('d', 5), service('a', 5), service('c', 1)];
  for (const one of all) limit.add(one);
  limit.onSynced();
  const [e, b, d, a, c] = all as [ProviderService, ...ProviderService[]] & ProviderService[];
  for (const one of [b!, d!, a!, c!]) limit.observe(one, false);
  expect(kinds(all)).toEqual(all.map(() => 'undecided'));
  expect(changed).toEqual([]);
  limit.observe(e, true);
  expect(kinds(all)).toEqual(['within', 'within', 'over', 'over', 'within']);
  expect(limit.placeOf(a!)).toMatchObject({ position: 4, services: 5, limit: LIMIT });
  expect(limit.placeOf(d!)).toMatchObject({ position: 5, services: 5, limit: LIMIT });
  expect(changed.sort()).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => `tenant/${name}`));
  expect(excess.get('tenant')).toBe(2);
});

test('of more with certificates than the limit the oldest keep their places', () => {
  const { limit, kinds } = setup();
  const all = crowd(5);
  for (const one of all) limit.add(one);
  limit.onSynced();
  for (const one of all) limit.observe(one, one !== all[0]);
  expect(kinds(all)).toEqual(['over', 'within', 'within', 'within', 'over']);
});

test('one that goes while it is undecided holds nobody up', () => {
  const { limit, kinds } = setup();
  const all = crowd(5);
  for (const one of all) limit.add(one);
  limit.onSynced();
  limit.observe(all[4]!, true);
  limit.remove(all[4]!);
  for (const one of all.slice(0, 3)) limit.observe(one, false);
  limit.remove(all[3]!);
  expect(kinds(all.slice(0, 3))).toEqual(['within', 'within', 'within']);
});

test('when one goes, the oldest that waits is called, and only it', () => {
  const { limit, changed, excess, kinds } = setup();
  limit.onSynced();
  const all = crowd(5);
  for (const one of all) limit.add(one);
  changed.length = 0;
  limit.remove(all[1]!);
  expect(changed).toEqual(['tenant/s3']);
  expect(kinds(all)).toEqual(['within', 'over', 'within', 'within', 'over']);
  expect(limit.placeOf(all[4]!)).toMatchObject({ position: 4, services: 4 });
  expect(excess.get('tenant')).toBe(1);
  limit.remove(all[4]!);
  expect(excess.get('tenant')).toBe(0);
  expect(changed).toEqual(['tenant/s3']);
});

test("an older one that comes late takes nobody's place, and is the first of those that wait", () => {
  const { limit, kinds } = setup();
  limit.onSynced();
  const all = [4, 5, 6, 7].map((age) => service(`s${age}`, age));
  for (const one of all) limit.add(one);
  const late = service('late', 0);
  limit.add(late);
  expect(kinds([...all, late])).toEqual(['within', 'within', 'within', 'over', 'over']);
  expect(limit.placeOf(late)).toMatchObject({ position: 4 });
  limit.remove(all[0]!);
  expect(kinds([late, all[3]!])).toEqual(['within', 'over']);
});

test('one that is over the limit is told so once, until it was within it or gone', () => {
  const { limit } = setup();
  limit.onSynced();
  const all = crowd(4);
  for (const one of all) limit.add(one);
  const last = all[3]!;
  const asked = () => {
    const place = limit.placeOf(last);
    return place.kind === 'over' ? place.since : place.kind;
  };
  expect([asked(), asked()]).toEqual(['now', 'before']);
  limit.remove(last);
  limit.add(last);
  expect([asked(), asked()]).toEqual(['now', 'before']);
  limit.remove(all[0]!);
  expect(asked()).toBe('within');
});

test('another namespace counts for itself, and one that was never added is not taken out', () => {
  const { limit, changed, excess, kinds } = setup();
  limit.onSynced();
  for (const one of crowd(4)) limit.add(one);
  const other = service('s9', 9, 'other');
  limit.add(other);
  expect(kinds([other])).toEqual(['within']);
  changed.length = 0;
  limit.remove(service('unheard', 2));
  limit.remove(service('unheard', 2, 'nowhere'));
  limit.observe(service('unheard', 2), true);
  expect(changed).toEqual([]);
  expect([...excess]).toEqual([
    ['tenant', 1],
    ['other', 0],
  ]);
});
