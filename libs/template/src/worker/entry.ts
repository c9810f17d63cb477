// The program of a rendering worker: one message in, one reply out. It has no state but the compiled templates.
import { parentPort } from 'node:worker_threads';
import { TemplateError } from '../error.ts';
import { parseTemplate, runTemplate } from '../template.ts';
import type { RenderMessage, RenderReply } from './messages.ts';

function render({ name, text, options, data, run }: RenderMessage): RenderReply {
  try {
    // The thread that waits counts the time.
    const unhurried = { ...options, limits: { ...options.limits, time: Infinity } };
    return { kind: 'output', output: runTemplate(parseTemplate(name, text, unhurried), data, run) };
  } catch (thrown) {
    const { code, template, line, column, goMessage, publicMessage } = TemplateError.from(thrown, name);
    return { kind: 'error', error: { code, template, line, column, goMessage, publicMessage } };
  }
}

const port = parentPort;
port?.on('message', (message: RenderMessage) => {
  port.postMessage(render(message));
});
