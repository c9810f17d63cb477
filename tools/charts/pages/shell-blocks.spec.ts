import { commandsUnder, shellBlocks } from './shell-blocks.ts';

const MOVING = 'docs/moving-over.md';

test('a block has its heading and its commands', () => {
  const [block] = shellBlocks(MOVING).filter(({ heading }) => heading === 'Back');
  expect(block?.commands).toMatch(/^helm uninstall /);
  expect(block?.at).toMatch(/^docs\/moving-over\.md:\d+$/);
});

test('a heading without commands is an error, not nothing to do', () => {
  expect(() => commandsUnder(MOVING, 'What is kept')).toThrow('docs/moving-over.md has no commands to run under');
});

test('what is not run says why', () => {
  const without = shellBlocks(MOVING).filter(({ notRun }) => notRun !== undefined);
  expect(without.map(({ notRun }) => notRun)).not.toContain('');
  for (const { heading, commands } of without)
    if (shellBlocks(MOVING).every((block) => block.heading !== heading || block.notRun !== undefined))
      expect(() => commandsUnder(MOVING, heading)).toThrow();
    else expect(commandsUnder(MOVING, heading)).not.toContain(commands);
});
