import fc from 'fast-check';
import { OwnWrites } from './own-writes.ts';

interface Thing {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
}

const thing = (version: number, name = 'a', namespace = 'ns'): Thing => ({
  metadata: { name, namespace, resourceVersion: String(version) },
});

/** An informer as far as own writes look at it. */
class Follower {
  readonly objects = new Map<string, Thing>();
  readonly store = { getByKey: (key: string) => this.objects.get(key) };
  readonly vanished: string[] = [];
  readonly writes: OwnWrites<Thing>;
  #positions = new Map<string, number>();
  #progress: (namespace: string | undefined) => void = () => undefined;

  constructor() {
    this.writes = new OwnWrites<Thing>(this, (key) => this.vanished.push(key));
  }

  position(namespace = 'ns'): string {
    const position = this.#positions.get(namespace);
    return position === undefined ? '' : String(position);
  }

  onProgress(fn: (namespace: string | undefined) => void): () => void {
    this.#progress = fn;
    return () => undefined;
  }

  /** An event about `a`, or a bookmark or list, that brings the store up to a version. */
  reach(version: number, now?: Thing | 'gone', namespace = 'ns'): void {
    this.#positions.set(namespace, version);
    if (now === 'gone') this.objects.delete(`${namespace}/a`);
    else if (now) this.objects.set(`${namespace}/a`, now);
    this.#progress(namespace);
  }
}

test('a write is seen until the informer has passed it, and takes no memory after', () => {
  const f = new Follower();
  f.reach(5, thing(4));
  f.writes.recordWrite('ns/a', thing(7));
  expect(f.writes.latest('ns/a')).toEqual(thing(7));
  f.reach(6);
  expect(f.writes.latest('ns/a')).toEqual(thing(7));
  f.reach(7, thing(7));
  expect(f.writes.size).toBe(0);
  expect(f.writes.latest('ns/a')).toEqual(thing(7));
  f.reach(9, thing(9));
  expect(f.writes.latest('ns/a')).toEqual(thing(9));
  expect(f.vanished).toEqual([]);
});

test('what was read past the informer is looked after when a list shows that it is gone', () => {
  const f = new Follower();
  f.reach(5, 'gone');
  expect(f.writes.recordRead('ns/a', thing(7))).toBe(true);
  expect(f.writes.latest('ns/a')).toEqual(thing(7));
  f.reach(9, 'gone');
  expect(f.vanished).toEqual(['ns/a']);
  expect(f.writes.size).toBe(0);
});

test('what was read, and is gone by the informer, is not taken for there', () => {
  const f = new Follower();
  f.reach(9, 'gone');
  expect(f.writes.recordRead('ns/a', thing(7))).toBe(false);
  f.reach(10, thing(10));
  expect(f.writes.recordRead('ns/a', thing(7))).toBe(true);
  expect(f.writes.latest('ns/a')).toEqual(thing(10));
  expect(f.vanished).toEqual([]);
});

test('an answer that comes after the delete event is no news, and the object is looked after', () => {
  const f = new Follower();
  f.reach(10, 'gone');
  f.writes.recordWrite('ns/a', thing(8));
  expect(f.writes.latest('ns/a')).toBeUndefined();
  expect(f.writes.size).toBe(0);
  expect(f.vanished).toEqual(['ns/a']);
});

test('an object that was created and deleted while nobody watched is looked after once a list shows it', () => {
  const f = new Follower();
  f.reach(5);
  f.writes.recordWrite('ns/a', thing(7));
  expect(f.vanished).toEqual([]);
  f.reach(20);
  expect(f.vanished).toEqual(['ns/a']);
  expect(f.writes.latest('ns/a')).toBeUndefined();
});

test('versions are numbers, not texts', () => {
  const f = new Follower();
  f.reach(99, thing(99));
  f.writes.recordWrite('ns/a', thing(100));
  expect(f.writes.latest('ns/a')).toEqual(thing(100));
  f.reach(1_000, thing(1_000));
  expect(f.writes.latest('ns/a')).toEqual(thing(1_000));
});

test('each namespace has a position of its own', () => {
  const f = new Follower();
  f.reach(5);
  f.reach(5, undefined, 'other');
  f.writes.recordWrite('other/a', thing(7, 'a', 'other'));
  f.writes.recordWrite('ns/a', thing(8));
  f.reach(9, thing(8));
  expect(f.writes.size).toBe(1);
  expect(f.writes.latest('other/a')).toEqual(thing(7, 'a', 'other'));
});

test('an object that is written again keeps none of the others back', () => {
  const f = new Follower();
  f.reach(5);
  f.writes.recordWrite('ns/a', thing(6));
  f.writes.recordWrite('ns/b', thing(7, 'b'));
  f.writes.recordWrite('ns/a', thing(9));
  f.reach(8);
  expect(f.writes.size).toBe(1);
  expect(f.vanished).toEqual(['ns/b']);
});

test('a write that turns out to be for nothing is forgotten', () => {
  const f = new Follower();
  f.reach(5, thing(4));
  f.writes.recordWrite('ns/a', thing(7));
  f.writes.forget('ns/a');
  expect(f.writes.latest('ns/a')).toEqual(thing(4));
});

test('whatever the order of events and answers, at rest what the informer shows is what is seen, and nothing is kept', () => {
  // History of one object: at each version it is written by us, by others, or deleted; answers and events come at any time.
  const step = fc.constantFrom('ours', 'theirs', 'delete');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.infiniteStream(fc.boolean()), (history, coin) => {
      const f = new Follower();
      const answers: number[] = [];
      const events = history.map((deed, i) => ({ version: i + 1, deed }));
      for (const { version, deed } of events) if (deed === 'ours') answers.push(version);
      let shown = 0;
      while (answers.length > 0 || events.length > 0) {
        const answerFirst = answers.length > 0 && (events.length === 0 || coin.next().value === true);
        if (answerFirst) {
          const version = answers.shift() as number;
          f.writes.recordWrite('ns/a', thing(version));
        } else {
          const { version, deed } = events.shift() as { version: number; deed: string };
          shown = version;
          f.reach(version, deed === 'delete' ? 'gone' : thing(version));
        }
        const seen = Number(f.writes.latest('ns/a')?.metadata.resourceVersion ?? 0);
        expect(seen === 0 || seen >= (f.objects.has('ns/a') ? shown : 0)).toBe(true);
      }
      expect(f.writes.latest('ns/a')).toBe(f.objects.get('ns/a'));
      expect(f.writes.size).toBe(0);
    }),
  );
});
