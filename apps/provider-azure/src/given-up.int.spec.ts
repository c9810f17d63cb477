/** A caller who gives up while Azure is slow: no failure of the provider, of the vault or of the login. */
import { Code, ConnectError } from '@connectrpc/connect';
import { AzureLab } from './testing/azure-lab.ts';

let lab: AzureLab;

beforeAll(async () => {
  delete process.env['AZURE_KEYVAULT_URL'];
  lab = await AzureLab.start();
  await lab.secrets.setSecret('k', 'value');
});
afterEach(() => lab.azure.intercept());
afterAll(() => lab.stop());

test.each(['team-a.vault.azure.net', 'login.microsoftonline.com'])('while %s does not answer', async (host) => {
  const name = `slow-${host.split('.', 1)[0]!}`;
  lab.store('SecretStore', name);
  const asked = Promise.withResolvers<undefined>();
  lab.azure.intercept((call) => {
    if (call.host !== host) return undefined;
    asked.resolve(undefined);
    return new Promise(() => undefined);
  });
  lab.log.length = 0;
  const caller = new AbortController();
  const { store } = lab.provider.client;
  const remoteRef = { key: 'k' };
  const call = store.getSecret({ ...lab.request(name), remoteRef }, { signal: caller.signal });
  await asked.promise;
  caller.abort();
  expect(await call.catch((error: unknown) => ConnectError.from(error).code)).toBe(Code.Canceled);

  lab.azure.intercept();
  expect(await lab.get(name, 'k')).toBe('value');
  expect(lab.log.join('')).toContain('the caller gave up');
  expect(lab.log.filter((line) => /"level":"(?:warn|error|fatal)"/.test(line))).toEqual([]);
});
