import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ensureMoto, type Moto, startMoto } from '@eso/control-plane/moto.mjs';

const execute = promisify(execFile);

/** AWS's own Python SDK, which is in moto's environment, judges it. */
async function boto(moto: Moto, credentials: Moto['credentials'], code: string): Promise<string> {
  const { python } = await ensureMoto();
  const env = {
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: moto.url,
    AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? 'anybody',
    AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? 'anything',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  };
  const program = `import boto3\nsm = boto3.client('secretsmanager')\n${code}`;
  const { stdout } = await execute(python, ['-c', program], { env });
  return stdout.trim();
}

const CREATE = "print(sm.create_secret(Name='a', SecretString='value')['Name'])";

test('keeps secrets for everybody', async () => {
  const moto = await startMoto();
  try {
    expect(moto.credentials).toBeUndefined();
    expect(await boto(moto, undefined, CREATE)).toBe('a');
    expect(await boto(moto, undefined, "print(sm.get_secret_value(SecretId='a')['SecretString'])")).toBe('value');
  } finally {
    await moto.stop();
  }
});

test('with IAM on, only the administrator is let in, and a wrong key is told apart from an unknown one', async () => {
  const moto = await startMoto({ iam: true });
  try {
    const { accessKeyId = '' } = moto.credentials ?? {};
    expect(await boto(moto, moto.credentials, CREATE)).toBe('a');
    await expect(boto(moto, undefined, CREATE)).rejects.toThrow(/UnrecognizedClientException|InvalidClientTokenId/);
    const wrong = { accessKeyId, secretAccessKey: 'wrong' };
    await expect(boto(moto, wrong, CREATE)).rejects.toThrow(/SignatureDoesNotMatch|InvalidSignatureException/);
  } finally {
    await moto.stop();
  }
});
