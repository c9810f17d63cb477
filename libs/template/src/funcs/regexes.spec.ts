import { compile, TemplateError } from '../index.ts';

const render = (template: string, data: Record<string, string> = {}): string =>
  Buffer.from(compile('key', template, {}).execute(data)).toString();

function failure(template: string, data: Record<string, string>): TemplateError {
  try {
    render(template, data);
  } catch (error) {
    return TemplateError.from(error);
  }
  throw new Error('it was rendered');
}

test.each(['(?i)(\\pL\\pN?){1000}', '([a-z]?){1000}'.repeat(20), 'a'.repeat(5_000), '\\pL'.repeat(101)])(
  '%.30s is refused before it is compiled',
  (pattern) => {
    const { code, publicMessage } = failure('{{ mustRegexMatch .p "text" }}', { p: pattern });
    expect(code).toBe('EXECUTE');
    expect(publicMessage).toContain('error parsing regexp: expression too large');
    expect(publicMessage).not.toContain(pattern);
  },
);

test('ordinary expressions match, however many different ones there were', () => {
  for (let i = 0; i < 300; i++)
    expect(render('{{ regexMatch .p "k7x" }}', { p: `^k${i}([a-z]?){50}$` })).toBe(`${i === 7}`);
});
