/** Runs a script that stands in one of the stack's pods, for what must not leave the pod otherwise. */
import { once } from 'node:events';
import { PassThrough, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Exec, type KubeConfig, type V1Status } from '@kubernetes/client-node';
import { Failed } from './failure.ts';
import { callKube } from './kube.ts';

export type PodScript = {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /** Milliseconds for the whole of it. */
  readonly deadline: number;
  /** Its standard input, which never ends: it has to know how much to read. */
  readonly input?: string;
};

/**
 * Resolves when the script ended well; `out` has got what it printed, and has ended.
 * @throws Failed when the script cannot be run, as by someone without the right to `exec` there, or fails
 */
export async function runInPod(config: KubeConfig, script: PodScript, out: Writable): Promise<void> {
  const { namespace, pod, container, command, deadline, input } = script;
  const what = `running ${command.slice(0, 3).join(' ')} in pod ${namespace}/${pod}`;
  const faults = new PassThrough();
  const stdin = input === undefined ? null : new PassThrough();
  let status: V1Status | undefined;
  const socket = await callKube(what, () =>
    new Exec(config).exec(namespace, pod, container, [...command], out, faults, stdin, false, (ended) => {
      status = ended;
    }),
  );
  if (socket === undefined) throw new Failed(`${what}: there is no such pod`);
  stdin?.write(input);
  const fault = text(faults);
  const closed = new Promise<'closed'>((resolve) => {
    socket.addEventListener('close', () => resolve('closed'));
  });
  const late = once(AbortSignal.timeout(deadline), 'abort');
  try {
    if ((await Promise.race([closed, late])) !== 'closed')
      throw new Failed(`${what}: it did not end within ${deadline / 1000} s`);
  } finally {
    socket.close();
    out.end();
    faults.end();
  }
  if (status?.status !== 'Success')
    throw new Failed(`${what}: ${(await fault).trim() || status?.message || 'the connection was lost'}`);
}

/** The same for a script whose output fits into memory, and gives it. */
export async function readFromPod(config: KubeConfig, script: PodScript): Promise<string> {
  const out = new PassThrough();
  const printed = text(out);
  await runInPod(config, script, out);
  return printed;
}
