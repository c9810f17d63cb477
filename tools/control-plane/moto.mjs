// An AWS emulator (moto) in a private Python environment.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.mjs';
import { temporaryDirectory } from './guard.mjs';
import { freePort } from './ports.mjs';
import { ensurePythonPackage } from './python.mjs';
import { MOTO_VERSION } from './versions.mjs';

/** Importing all of botocore takes a loaded machine a while. */
const READY_TIMEOUT_MS = 120_000;

/** What the administrator of IAM mode is made with; moto checks no credentials during as many calls. */
const SETUP_ACTIONS = ['CreateUser', 'PutUserPolicy', 'CreateAccessKey'];
const ADMINISTRATOR = 'administrator';
const ALL_RIGHTS = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/**
 * @typedef {object} MotoOptions
 * @property {(text: string) => void} [progress] told what is slow
 * @property {number} [port] default: a free one
 * @property {boolean} [iam] check signatures and IAM policies as AWS does; the only credentials are then `credentials`.
 *   Default false: everybody may do everything
 *
 * @typedef {object} Moto
 * @property {string} url endpoint of every AWS service
 * @property {AccessKey | undefined} credentials the administrator's, in IAM mode
 * @property {string} logFile
 * @property {() => Promise<void>} stop
 *
 * @typedef {object} AccessKey
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 */

/**
 * Installs moto unless it is in the cache (about a minute).
 * @param {{ progress?: (text: string) => void }} [options]
 * @returns {Promise<{ python: string }>}
 * @throws Error saying what is missing and how to get it
 */
export async function ensureMoto({ progress = () => undefined } = {}) {
  try {
    return await ensurePythonPackage({
      name: `moto-${MOTO_VERSION}`,
      requirement: `moto[server]==${MOTO_VERSION}`,
      what: `AWS emulator (moto ${MOTO_VERSION})`,
      progress,
    });
  } catch (cause) {
    throw new Error(`the AWS emulator cannot be had: ${/** @type {Error} */ (cause).message}`, { cause });
  }
}

/**
 * Starts an emulator with no content, and waits until it answers.
 * @param {MotoOptions} [options]
 * @returns {Promise<Moto>}
 * @throws Error with the end of its log when it does not start
 */
export async function startMoto({ progress = () => undefined, port, iam = false } = {}) {
  const { python } = await ensureMoto({ progress });
  const listen = port ?? (await freePort());
  const logFile = join(temporaryDirectory('eso-moto-'), 'log');
  const child = await Child.start({
    name: 'moto',
    command: python,
    args: ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(listen)],
    env: { ...process.env, ...(iam ? { INITIAL_NO_AUTH_ACTION_COUNT: String(SETUP_ACTIONS.length) } : {}) },
    logFile,
  });
  const url = `http://127.0.0.1:${listen}`;
  const stop = async () => {
    child.signal('SIGKILL');
    await child.exited;
  };
  try {
    await waitUntilAnswering(url, child);
    return { url, credentials: iam ? await createAdministrator(url) : undefined, logFile, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {string} url
 * @param {Child} child
 */
async function waitUntilAnswering(url, child) {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await answers(url))) {
    if (child.exit) throw new Error(child.describeExit());
    if (Date.now() > deadline)
      throw new Error(`moto does not answer on ${url}; its log ends with:\n${child.lastLines()}`);
    await sleep(100);
  }
}

/** @param {string} url */
async function answers(url) {
  const answer = await fetch(`${url}/moto-api/data.json`).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.ok ?? false;
}

/**
 * @param {string} url
 * @returns {Promise<AccessKey>}
 */
async function createAdministrator(url) {
  const policy = { PolicyName: 'all', PolicyDocument: JSON.stringify(ALL_RIGHTS) };
  let answer = '';
  for (const action of SETUP_ACTIONS) {
    answer = await callIam(url, {
      Action: action,
      UserName: ADMINISTRATOR,
      ...(action === 'PutUserPolicy' ? policy : {}),
    });
  }
  /** @param {string} tag */
  const value = (tag) => new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(answer)?.[1] ?? '';
  return { accessKeyId: value('AccessKeyId'), secretAccessKey: value('SecretAccessKey') };
}

/**
 * One call of IAM's query API. The signature only has to name the service: nobody checks it yet.
 * @param {string} url
 * @param {Record<string, string>} parameters
 */
async function callIam(url, parameters) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=setup/20260101/us-east-1/iam/aws4_request' },
    body: new URLSearchParams({ ...parameters, Version: '2010-05-08' }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`moto refused ${parameters['Action'] ?? ''}: ${response.status} ${text}`);
  return text;
}
