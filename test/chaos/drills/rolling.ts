/** An upgrade as officials notice it: every part is restarted in turn while letters are sent, come in and are read. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Site } from '../../../operator/core/site.ts';
import { openWebmail } from '../../e2e/support/browser.ts';
import { hostPort } from '../../e2e/support/cluster.ts';
import { authorityOf, deliver, type Person } from '../../e2e/support/person.ts';
import { fresh, people } from '../../e2e/support/resources.ts';
import { kubectl } from '../../kind/install.ts';
import { Letters, type Noticed, noticedRow, Traffic, type Work } from '../../support/traffic.ts';
import type { Drill } from '../drill.ts';
import type { Stack } from '../stack.ts';

const outside = { address: 'nguoi-gui@example.vn' };

/** Everything that has pods: a namespace and what `kubectl rollout` is told. */
async function partsOf({ site, target }: Stack): Promise<readonly (readonly [string, string])[]> {
  const { mail, smtp, backup } = site.namespaces;
  const found = [mail, smtp, backup].map(async (namespace) => {
    const list = ['-n', namespace, 'get', 'statefulsets,deployments', '-o', 'name'];
    const names = (await kubectl(target, list)).split('\n').filter((name) => name !== '');
    return names.map((name) => [namespace, name] as const);
  });
  return (await Promise.all(found)).flat();
}

/** The list of the inbox as the page asks for it, in the session of a person who has logged in with a browser. */
async function lookInWebmail(site: Site, { address, password }: Person): Promise<Work> {
  const [ca, port] = [await authorityOf(site), hostPort(site, 'webmail')];
  const webmail = await openWebmail(site, { caPem: ca, port });
  await webmail.login(address, password).catch(async (error) => {
    await webmail.close();
    throw error;
  });
  const cookies = await webmail.page.context().cookies();
  await webmail.close();
  const host = site.hosts.webmail;
  const headers = {
    Host: `${host}:${port}`,
    Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
    'X-Requested-With': 'XMLHttpRequest',
  };
  const path = '/?_task=mail&_action=list&_mbox=INBOX&_remote=1';
  return {
    name: 'webmail',
    once: async () => {
      const asking = request({ host: '127.0.0.1', port, servername: host, ca, path, headers, agent: false });
      const [response] = (await once(asking.end(), 'response')) as [IncomingMessage];
      const answer = await text(response);
      if (answer.includes('session_error')) throw new Error(sessionLost);
      const told = /display_message\(\\?"([^"\\]*)[^)]*error/.exec(answer)?.[1];
      if (response.statusCode !== 200 || told !== undefined)
        throw new Error(told ?? `${response.statusCode} ${answer.slice(0, 60)}`);
    },
  };
}
const sessionLost = 'the session is lost';

/** Two write, because a login may send so many an hour; one is written to and reads. */
async function worksOf(
  site: Site,
  letters: Letters,
  reader: Person,
  writers: readonly [Person, Person],
): Promise<readonly Work[]> {
  const to = { to: reader.address, subject: '' };
  return [
    letters.work('submission', writers, (raw, writer) => writer.send({ ...to, raw })),
    letters.work('from outside', [outside], (raw) => deliver(site, { ...to, from: outside.address, raw })),
    { name: 'IMAP', once: () => reader.imap(async (client) => void (await client.mailboxOpen('INBOX'))) },
    await lookInWebmail(site, reader),
  ];
}

/** Restarts each part and waits for it; gives what everybody noticed meanwhile. */
async function restartAll(stack: Stack, works: readonly Work[]): Promise<readonly Noticed[]> {
  const noticed: Noticed[] = [];
  for (const [namespace, part] of await partsOf(stack)) {
    const traffic = new Traffic(works);
    const rollout = (...args: readonly string[]) =>
      kubectl(stack.target, ['-n', namespace, 'rollout', ...args, part]);
    await rollout('restart');
    await rollout('status', '--timeout=300s');
    for (const one of await traffic.stop()) {
      noticed.push(one);
      process.stderr.write(`${part} ${noticedRow(one)} ${one.reasons.join('; ')}\n`);
    }
  }
  return noticed;
}

export const rolling: Drill = {
  fault: 'Every part restarted one after the other while letters are sent, come in and are read',
  run: async ({ stack }) => {
    const names = { reader: 'Tô Thị Đọc', writer: 'Tô Văn Viết', clerk: 'Tô Thị Thư' };
    const all = await people(
      stack.site,
      Object.fromEntries(
        Object.entries(names).map(([name, fullName]) => [fresh(`rolling-${name}`), fullName]),
      ),
    );
    const [reader, ...writers] = Object.values(all) as [Person, Person, Person];
    const letters = new Letters(reader);
    const noticed = await restartAll(stack, await worksOf(stack.site, letters, reader, writers));
    const wrong = [...(await letters.wrong())];
    if (noticed.some(({ reasons }) => reasons.includes(sessionLost))) wrong.push(sessionLost);
    process.stderr.write(`${letters.count} letters accepted\n`);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    return Math.max(...noticed.map(({ longestSeconds }) => longestSeconds)) * 1000;
  },
};
