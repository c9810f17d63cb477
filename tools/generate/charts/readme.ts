import type { ChartFile } from './chart-file.ts';
import type { Value } from './values.ts';

/** The page of a chart: what it is, how it is installed, every value. */
export function readme(chart: ChartFile, values: readonly Value[]): string {
  return [
    `<!-- Written by \`npm run generate\` from Chart.yaml and values.yaml. -->\n`,
    `# ${chart.name}\n`,
    `${chart.description}.\n`,
    ...(chart.type === 'library'
      ? ['No chart to install. What follows are the values of every provider’s chart.\n']
      : installed(chart)),
    `## Values\n`,
    `| Value | Default | Meaning |`,
    `| --- | --- | --- |`,
    ...rows(values, []),
    '',
  ].join('\n');
}

function installed({ name }: ChartFile): string[] {
  return [
    '```sh',
    `helm install ${name} charts/${name} --namespace ${name} --create-namespace`,
    '```\n',
    '[Installation](../../docs/install.md) has what comes first, the profiles, and the labels that policies of your own may count on.\n',
  ];
}

function rows(values: readonly Value[], above: readonly string[]): string[] {
  return values.flatMap((value) => {
    const path = [...above, value.key];
    if (value.parts) return rows(value.parts, path);
    const choices = value.schema['enum'] as unknown[] | undefined;
    const taken = choices ? ` One of ${choices.map((each) => code(each)).join(', ')}.` : '';
    return [`| \`${path.join('.')}\` | ${code(value.default)} | ${cell(value.meaning + taken)} |`];
  });
}

const code = (value: unknown): string => (value === '' ? 'empty' : `\`${cell(JSON.stringify(value))}\``);

const cell = (text: string): string => text.replaceAll('|', '\\|');
