/** A real vault that the tests may write to, where somebody has one: the variables that Azure's own tools read. */
export interface RealVault {
  readonly url: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The vault that the environment names. @throws Error where it names none of its logins */
export function realVault(env: NodeJS.ProcessEnv): RealVault | undefined {
  const {
    AZURE_KEYVAULT_URL: url,
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: clientSecret,
  } = env;
  if (!url) return undefined;
  if (!tenantId || !clientId || !clientSecret)
    throw new Error('AZURE_KEYVAULT_URL needs AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET beside it');
  return { url, tenantId, clientId, clientSecret };
}

/** Groups tests that need the test server; where a real vault is meant they are skipped, and the reason is printed. */
export function onTestServer(name: string, tests: () => void): void {
  const url = process.env['AZURE_KEYVAULT_URL'];
  (url ? describe.skip : describe)(
    url ? `${name} (skipped: ${url} cannot be looked into or made to fail)` : name,
    tests,
  );
}
