import { getEventListeners } from 'node:events';
import { abortable, onAbort } from './abort.ts';

test('a listener hears of an abort once, and of one that was before at once', () => {
  const controller = new AbortController();
  const heard: unknown[] = [];
  onAbort(controller.signal, (reason) => heard.push(reason));
  expect(heard).toEqual([]);
  controller.abort('now');
  controller.abort('again');
  onAbort(controller.signal, (reason) => heard.push(reason));
  expect(heard).toEqual(['now', 'now']);
});

test('one who lets go hears nothing, and leaves nothing behind', () => {
  const controller = new AbortController();
  const release = onAbort(controller.signal, () => {
    throw new Error('heard');
  });
  release();
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  expect(() => controller.abort()).not.toThrow();
});

test('waiting ends with the signal, whatever the work does', async () => {
  const controller = new AbortController();
  const waiting = abortable(new Promise(() => undefined), controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(abortable(Promise.resolve(1), controller.signal)).rejects.toThrow('enough');
});

test('what settles in time is the outcome, and the signal is let go', async () => {
  const { signal } = new AbortController();
  expect(await abortable(Promise.resolve(1), signal)).toBe(1);
  await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
  expect(await abortable(Promise.resolve(2), undefined)).toBe(2);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
