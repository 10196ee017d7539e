/** Dovecot's policy protocol over HTTP: `allow` before a login, `report` after it, and `release` for administrators. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Verdict } from '../core/throttle.ts';
import type { Memory } from './memory.ts';
import { type Login, parseLogin, personOf } from './request.ts';

export type PolicyServerProps = {
  readonly memory: Memory;
  readonly key: string;
  /** Of the site, the present one first. */
  readonly domains?: readonly string[];
  readonly observe: (login: Login, verdict?: Verdict) => void;
  /** A request that nobody but Dovecot could have sent, and that is not as it should be. */
  readonly fault: (error: unknown) => void;
};

const longest = 16_384;

/** Listens on 127.0.0.1 alone: it trusts whoever asks. */
export async function servePolicy(port: number, props: PolicyServerProps): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, props).then(
      (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      (error: unknown) => {
        props.fault(error);
        response.writeHead(400).end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

async function answer(
  request: IncomingMessage,
  { memory, key, domains = [], observe }: PolicyServerProps,
): Promise<object> {
  const command = new URL(request.url ?? '/', 'http://localhost').searchParams.get('command');
  const body = await read(request);
  if (command === 'release') return { released: memory.release(personOf(body, domains)) };
  const login = parseLogin(body, key, domains);
  if (command === 'allow') {
    const verdict = memory.allow(login.attempt);
    observe(login, verdict);
    return { status: status(verdict), msg: '' };
  }
  if (command !== 'report') throw new Error(`unknown command ${command}`);
  if (login.outcome !== 'refused') {
    memory.report(login.attempt, login.outcome);
    observe(login);
  }
  return { status: 0, msg: '' };
}

/** -1 refuses, 0 lets through, more are seconds to wait. */
function status(verdict: Verdict): number {
  if (verdict.action === 'refuse') return -1;
  return verdict.action === 'delay' ? verdict.seconds : 0;
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > longest) throw new Error(`a request of more than ${longest} characters`);
  }
  return text;
}
