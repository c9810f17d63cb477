/** An emulator of AWS in the world outside of a cluster, which pods reach as far as their policies let them. */
import { ensureMoto } from '@eso/control-plane/moto.mjs';
import { NETWORK } from '../layout.ts';
import type { Cluster } from '../up.ts';

/** The way to a cloud that network policies of providers have open. */
const PORT = 443;
/** It ends by itself, or with the cluster. */
const SECONDS = 1_200;

/** Endpoint of every AWS service, for pods. */
export const AWS_OUTSIDE = `http://${NETWORK.outside}:${String(PORT)}`;

const CREATE_SECRET = `
const [url, Name, SecretString] = process.argv.slice(1);
const headers = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'secretsmanager.CreateSecret',
  authorization: 'AWS4-HMAC-SHA256 Credential=any/20260101/eu-central-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0',
};
const body = JSON.stringify({ Name, SecretString, ClientRequestToken: crypto.randomUUID() });
for (let left = 600; ; left--) {
  const answer = await fetch(url, { method: 'POST', headers, body }).catch((error) => error);
  if (answer.ok) break;
  if (answer instanceof Response || left === 0) throw new Error(answer.status ? await answer.text() : String(answer.cause));
  await new Promise((done) => setTimeout(done, 200));
}
`;

/**
 * Starts the emulator with one secret in it, of AWS Secrets Manager in eu-central-1, and waits until it answers.
 * @throws Error when it cannot be had or does not answer
 */
export async function startAwsOutside(cluster: Cluster, name: string, value: string): Promise<void> {
  const { python } = await ensureMoto({ progress: (text) => void process.stderr.write(`${text}\n`) });
  const own = ['-u', 'LD_LIBRARY_PATH', 'timeout', String(SECONDS)];
  const server = ['-m', 'moto.server', '-H', NETWORK.outside, '-p', String(PORT)];
  const ended = cluster.run('env', [...own, python, ...server]).then(
    () => undefined,
    (error: unknown) => error,
  );
  const asked = cluster.run('env', [...own, process.execPath, '--input-type=module', '-e', CREATE_SECRET, AWS_OUTSIDE, name, value]); // prettier-ignore
  const early = ended.then((error) => Promise.reject(new Error('the emulator of AWS ended', { cause: error })));
  await Promise.race([asked, early]);
}
