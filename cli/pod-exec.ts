/** Runs a program in a container and gives what it prints; nothing of it is kept in a log. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Exec, type KubeConfig, type V1Status } from '@kubernetes/client-node';
import { Failed } from './failure.ts';
import { callKube } from './kube.ts';

export type Container = { readonly namespace: string; readonly pod: string; readonly container: string };

export type ExecOptions = {
  /** Standard input, which is never ended: the program has to know how much to read. */
  readonly input?: string;
  /** Milliseconds. @default a minute */
  readonly deadline?: number;
};

/**
 * @returns standard output
 * @throws Failed with what it said on standard error, or where the person may not run programs there
 */
export async function execInPod(
  config: KubeConfig,
  { namespace, pod, container }: Container,
  command: readonly string[],
  { input, deadline = 60_000 }: ExecOptions = {},
): Promise<string> {
  const what = `running ${command.slice(0, 3).join(' ')} in pod ${namespace}/${pod}`;
  const [out, faults] = [new PassThrough(), new PassThrough()];
  const stdin = input === undefined ? null : new PassThrough();
  let status: V1Status | undefined;
  const socket = await callKube(what, () =>
    new Exec(config).exec(namespace, pod, container, [...command], out, faults, stdin, false, (ended) => {
      status = ended;
    }),
  );
  if (socket === undefined) throw new Failed(`${what}: there is no such pod`);
  const [lines, fault] = [text(out), text(faults)];
  const closed = new Promise<'closed'>((resolve) => {
    socket.addEventListener('close', () => resolve('closed'));
  });
  const late = once(AbortSignal.timeout(deadline), 'abort');
  stdin?.write(input);
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
  return lines;
}
