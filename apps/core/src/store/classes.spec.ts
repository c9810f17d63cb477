import { clusterClass, ownClass, ScriptedClasses } from '../testing/store-objects.ts';
import { keyClaim } from './class-claims.ts';
import { classView } from './class-view.ts';
import type { ClassChange } from './classes.ts';

const AWS = keyClaim('aws');
const aws = { serves: { stores: ['aws'] } };
const older = { spec: aws, createdAt: '2026-01-01T00:00:00Z' };
const younger = { spec: aws, createdAt: '2026-02-01T00:00:00Z' };

describe('who holds a claim', () => {
  test('of two ClusterProviderClasses the older, ready or not', () => {
    const notReady = { conditions: [{ type: 'Ready', status: 'False' as const }] };
    const { classes } = new ScriptedClasses(
      clusterClass('a', younger),
      clusterClass('b', { ...older, status: notReady }),
    );
    expect(classes.holderOf(AWS, undefined)).toMatchObject({ kind: 'ClusterProviderClass', name: 'b' });
  });

  test('a ClusterProviderClass before an older ProviderClass of the namespace', () => {
    const { classes } = new ScriptedClasses(ownClass('team-a', 'own', older), clusterClass('shared', younger));
    expect(classes.holderOf(AWS, 'team-a')).toMatchObject({ kind: 'ClusterProviderClass', name: 'shared' });
  });

  test('a ProviderClass for its own namespace alone', () => {
    const { classes } = new ScriptedClasses(ownClass('team-a', 'own', younger), ownClass('team-b', 'own', older));
    expect(classes.holderOf(AWS, 'team-a')).toMatchObject({ kind: 'ProviderClass', namespace: 'team-a' });
    expect(classes.holderOf(AWS, 'team-c')).toBeUndefined();
    expect(classes.holderOf(AWS, undefined)).toBeUndefined();
  });

  test('nobody has what nobody claims, or what was claimed and is not any more', () => {
    const scripted = new ScriptedClasses(clusterClass('a', older));
    expect(scripted.classes.holderOf(keyClaim('vault'), undefined)).toBeUndefined();
    scripted.set(clusterClass('a', { spec: { serves: { stores: ['vault'] } } }));
    expect(scripted.classes.holderOf(AWS, undefined)).toBeUndefined();
    expect(scripted.classes.holderOf(keyClaim('vault'), undefined)?.name).toBe('a');
  });
});

describe('what is taken from a class', () => {
  const takenFrom = (
    { classes }: ScriptedClasses,
    object: ReturnType<typeof clusterClass> | ReturnType<typeof ownClass>,
  ): unknown =>
    classes.takenFrom(
      classView(object.metadata.namespace === undefined ? 'ClusterProviderClass' : 'ProviderClass', object),
      object,
    );

  test('the first of its claims that an older class has, with its field', () => {
    const object = clusterClass('b', { ...younger, spec: { serves: { stores: ['fake', 'aws'] } } });
    expect(takenFrom(new ScriptedClasses(clusterClass('a', older), object), object)).toMatchObject({
      claim: { id: AWS, field: 'spec.serves.stores[1]' },
      holder: { kind: 'ClusterProviderClass', name: 'a' },
    });
  });

  test('of a ProviderClass whatever a ClusterProviderClass claims, even one of the same name', () => {
    const object = ownClass('team-a', 'same', older);
    expect(takenFrom(new ScriptedClasses(object, clusterClass('same', younger)), object)).toMatchObject({
      holder: { kind: 'ClusterProviderClass', name: 'same' },
    });
  });

  test.each([
    ['the older one', clusterClass('a', older), [clusterClass('b', younger)]],
    ['one whose claims nobody else has', clusterClass('a', older), [clusterClass('b')]],
    ['one that a ProviderClass rivals', clusterClass('a', younger), [ownClass('team-a', 'own', older)]],
    ['one that another namespace rivals', ownClass('team-a', 'own', younger), [ownClass('team-b', 'own', older)]],
    ['one that claims nothing', clusterClass('a'), [clusterClass('b', older)]],
  ])('nothing of %s', (_, object, others) => {
    expect(takenFrom(new ScriptedClasses(object, ...others), object)).toBeUndefined();
  });
});

describe('rivals of a change', () => {
  const scripted = new ScriptedClasses(
    clusterClass('a', older),
    clusterClass('b', younger),
    clusterClass('c'),
    ownClass('team-a', 'own', older),
    ownClass('team-b', 'own', older),
  );
  const rivals = (change: ClassChange): string[] =>
    [...scripted.classes.rivals(change)]
      .map(({ kind, metadata: { namespace = '-', name } }) => `${kind} ${namespace}/${name}`)
      .sort();

  test('of a ClusterProviderClass are all others that claim the same, of both kinds', () => {
    expect(rivals({ kind: 'ClusterProviderClass', name: 'a', claims: [AWS], claimsChanged: true })).toEqual([
      'ClusterProviderClass -/b',
      'ProviderClass team-a/own',
      'ProviderClass team-b/own',
    ]);
  });

  test('of a ProviderClass are others of its namespace alone, whatever bears its name elsewhere', () => {
    scripted.set(ownClass('team-a', 'second', younger));
    scripted.set(ownClass('team-b', 'third', younger));
    const change = {
      kind: 'ProviderClass',
      namespace: 'team-a',
      name: 'own',
      claims: [AWS],
      claimsChanged: true,
    } as const;
    expect(rivals(change)).toEqual(['ProviderClass team-a/second']);
    scripted.remove(ownClass('team-a', 'second'));
    scripted.remove(ownClass('team-b', 'third'));
  });

  test('of a ClusterProviderClass may be a ProviderClass of its name', () => {
    expect(rivals({ kind: 'ClusterProviderClass', name: 'own', claims: [AWS], claimsChanged: true })).toContain(
      'ProviderClass team-a/own',
    );
  });
});

describe('changes that are told', () => {
  const told = (scripted: ScriptedClasses): ClassChange[] => {
    const changes: ClassChange[] = [];
    scripted.classes.onChange((change) => changes.push(change));
    return changes;
  };

  test('a class comes, claims another key, goes', () => {
    const scripted = new ScriptedClasses();
    const changes = told(scripted);
    scripted.set(ownClass('team-a', 'own', older));
    scripted.set(ownClass('team-a', 'own', { spec: { serves: { stores: ['vault'] } } }));
    scripted.remove(ownClass('team-a', 'own'));
    const own = { kind: 'ProviderClass', namespace: 'team-a', name: 'own' };
    expect(changes).toEqual([
      { ...own, claims: [AWS], claimsChanged: true },
      // The stores of the key that it gives up are concerned, too.
      { ...own, claims: expect.arrayContaining([AWS, keyClaim('vault')]) as unknown, claimsChanged: true },
      { ...own, claims: [keyClaim('vault')], claimsChanged: true },
    ]);
  });

  const failed = { conditions: [{ type: 'Ready', status: 'False' as const, reason: 'HealthCheckFailed' }] };
  test.each([
    ['another one under its name', { ...older, uid: 'next' }, true],
    ['another address', { ...older, spec: { ...aws, address: 'other.fake.svc:8080' } }, false],
    ['conditions', { ...older, spec: { ...aws, conditions: [{ namespaces: ['team-a'] }] } }, false],
    ['not ready any more', { ...older, status: failed }, false],
    ['not judged any more', { ...older, status: {} }, false],
  ])('%s', (_, after, claimsChanged) => {
    const scripted = new ScriptedClasses(clusterClass('a', older));
    const changes = told(scripted);
    scripted.set(clusterClass('a', after));
    expect(changes).toEqual([{ kind: 'ClusterProviderClass', name: 'a', claims: [AWS], claimsChanged }]);
  });

  test('another reason of what is not ready', () => {
    const scripted = new ScriptedClasses(clusterClass('a', { ...older, status: failed }));
    const changes = told(scripted);
    scripted.set(
      clusterClass('a', { ...older, status: { conditions: [{ ...failed.conditions[0]!, reason: 'ClaimTaken' }] } }),
    );
    expect(changes).toHaveLength(1);
  });

  test('another message alone is none, and neither is what the first list brings', () => {
    const scripted = new ScriptedClasses();
    scripted.clusterProviderClasses.hasSynced = false;
    const changes = told(scripted);
    scripted.set(clusterClass('a', { ...older, status: failed }));
    scripted.clusterProviderClasses.hasSynced = true;
    scripted.set(
      clusterClass('a', { ...older, status: { conditions: [{ ...failed.conditions[0]!, message: 'still so' }] } }),
    );
    expect(changes).toEqual([]);
  });

  test('nobody who has stopped listening', () => {
    const scripted = new ScriptedClasses();
    const changes: ClassChange[] = [];
    scripted.classes.onChange((change) => changes.push(change))();
    scripted.set(clusterClass('a'));
    expect(changes).toEqual([]);
  });
});
