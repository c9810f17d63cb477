// What a newcomer does first, as data: npm run newcomer carries it out in a fresh clone and prints how long each step took.
// Runs on the system's own Node, like everything before the install.

/**
 * @typedef {object} Edit
 * @property {string} file from the root of the clone
 * @property {string} after text that stands in the file, once; `''` for its end
 * @property {string} insert
 */

/**
 * @typedef {object} Step
 * @property {string} name for the table
 * @property {string} [command] run in the clone by a shell; without one the step is its edit alone
 * @property {Edit} [edit] made before the command is run
 * @property {boolean} [fails] whether the command has to fail
 */

/** @type {Edit} The test comes first, and fails. */
const TEST = {
  file: 'apps/provider-fake/src/backend.spec.ts',
  after: '',
  insert: `
test('a key with spaces around it is a problem of the config', () => {
  const spaced = { ...config, data: [{ key: ' db', value: 'x' }] };
  expect(checkFake(spaced)).toMatchObject([{ field: 'spec.data[0].key' }]);
});
`,
};

/** @type {Edit} */
const CHANGE = {
  file: 'apps/provider-fake/src/backend.ts',
  after: 'export function checkFake(config: FakeConfig): ConfigProblem[] {\n',
  insert: `  const spaced = config.data.findIndex(({ key }) => key !== key.trim());
  if (spaced >= 0) {
    return [{ field: \`spec.data[\${spaced}].key\`, problem: 'the key has spaces around it', nextStep: 'remove them' }];
  }
`,
};

const ONE_TEST = 'npx node tools/jest.mjs unit apps/provider-fake --testPathPatterns=backend';

/** @type {readonly Step[]} What is done in the clone, in this order. */
export const STEPS = [
  { name: 'the system runs, and an ExternalSecret becomes a Secret', command: 'npm start -- --once' },
  { name: 'a test for a change in provider-fake, which fails', edit: TEST, command: ONE_TEST, fails: true },
  { name: 'the change, and the test passes', edit: CHANGE, command: ONE_TEST },
  { name: 'the gate', command: 'npm run check' },
  { name: 'the gate, with nothing changed since', command: 'npm run check' },
];

/**
 * A text with an edit made.
 * @param {string} text
 * @param {Edit} edit
 * @throws {Error} when the place is not in the text, or more than once: the file has changed and the edit has to follow
 */
export function edited(text, { file, after, insert }) {
  if (after === '') return text + insert;
  const parts = text.split(after);
  if (parts.length !== 2)
    throw new Error(`${file} has ${parts.length - 1} places for the change, not one: "${after.trim()}"`);
  return parts.join(after + insert);
}

/**
 * The times as a table of Markdown.
 * @param {readonly { name: string, command: string, seconds: number }[]} times
 * @param {{ cores: number, node: string }} machine
 */
export function timeTable(times, { cores, node }) {
  const rows = times.map(({ name, command, seconds }) => `| ${name} | \`${command}\` | ${seconds.toFixed(1)} |`);
  return [
    `On ${cores} cores, begun with Node ${node}:`,
    '',
    '| Step | Command | seconds |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

const BEGIN = '<!-- printed by npm run newcomer: begin -->';
const END = '<!-- printed by npm run newcomer: end -->';

/**
 * A page with the table between its marks, and everything else as it was.
 * @param {string} page
 * @param {string} table
 * @throws {Error} when the page has no marks
 */
export function withTable(page, table) {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`CONTRIBUTING.md lacks the line ${BEGIN}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${page.slice(end)}`;
}
