import { permitted } from './registry.ts';

test.each([
  ['repository:a/b:pull', ['pull'], { type: 'repository', name: 'a/b', actions: ['pull'] }],
  ['repository:a/b:pull,push', ['pull'], { type: 'repository', name: 'a/b', actions: ['pull'] }],
  ['repository:host:5000/a:pull', ['pull'], { type: 'repository', name: 'host:5000/a', actions: ['pull'] }],
  ['repository:a/b:push', ['pull'], undefined],
  ['registry:catalog:*', ['catalog'], { type: 'registry', name: 'catalog', actions: ['*'] }],
  ['registry:catalog:*', ['pull'], undefined],
  ['nonsense', ['pull'], undefined],
])('%s for who may %p', (scope, actions, access) => {
  expect(permitted(scope, actions)).toEqual(access);
});
