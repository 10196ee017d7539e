/** An upgrade as officials notice it: every part is restarted in turn while letters are sent, come in and are read. */
import { openWebmail, type Webmail } from '../../e2e/support/browser.ts';
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

/** The list of the inbox as the page asks for it, in the session of a person who has logged in. */
function lookInWebmail({ page }: Webmail): Work {
  return {
    name: 'webmail',
    once: async () => {
      const answer = await page.evaluate(async () => {
        const response = await fetch('./?_task=mail&_action=list&_mbox=INBOX&_remote=1', {
          headers: { 'X-Requested-With': 'XMLHttpRequest' },
        });
        return `${response.status} ${await response.text()}`;
      });
      if (answer.includes('session_error')) throw new Error(sessionLost);
      const told = /display_message\(\\?"([^"\\]*)[^)]*error/.exec(answer)?.[1];
      if (!answer.startsWith('200 ') || told !== undefined) throw new Error(told ?? answer.slice(0, 60));
    },
  };
}
const sessionLost = 'the session is lost';

/** Two who write, because a login may send so many an hour; one who is written to and reads. */
async function worksOf(
  stack: Stack,
  letters: Letters,
  all: Record<string, Person>,
): Promise<readonly Work[]> {
  const { site } = stack;
  const [reader, ...writers] = Object.values(all) as [Person, Person, Person];
  const to = { to: reader.address, subject: '' };
  return [
    letters.work('submission', writers, (raw, writer) => writer.send({ ...to, raw })),
    letters.work('from outside', [outside], (raw) => deliver(site, { ...to, from: outside.address, raw })),
    { name: 'IMAP', once: () => reader.imap(async (client) => void (await client.mailboxOpen('INBOX'))) },
  ];
}

export const rolling: Drill = {
  fault: 'Every part restarted one after the other while letters are sent, come in and are read',
  run: async ({ stack }) => {
    const { site, target } = stack;
    const names = [fresh('rolling-reader'), fresh('rolling-writer'), fresh('rolling-clerk')];
    const all = await people(
      site,
      Object.fromEntries(
        names.map((name, index) => [name, ['Tô Thị Đọc', 'Tô Văn Viết', 'Tô Thị Thư'][index] ?? '']),
      ),
    );
    const reader = all[names[0] ?? ''] as Person;
    const letters = new Letters(reader);
    const webmail = await openWebmail(site, {
      caPem: await authorityOf(site),
      port: hostPort(site, 'webmail'),
    });
    const noticed: (readonly [string, Noticed])[] = [];
    try {
      await webmail.login(reader.address, reader.password);
      const works = [...(await worksOf(stack, letters, all)), lookInWebmail(webmail)];
      for (const [namespace, part] of await partsOf(stack)) {
        const traffic = new Traffic(works);
        await kubectl(target, ['-n', namespace, 'rollout', 'restart', part]);
        await kubectl(target, ['-n', namespace, 'rollout', 'status', part, '--timeout=300s']);
        for (const one of await traffic.stop()) {
          noticed.push([part, one]);
          if (one.retries > 0) process.stderr.write(`${part} ${noticedRow(one)} ${one.reasons.join('; ')}\n`);
        }
      }
    } finally {
      await webmail.close();
    }
    const wrong = await letters.wrong();
    const lostSession = noticed.filter(([, { reasons }]) => reasons.includes(sessionLost));
    process.stderr.write(`${letters.count} letters accepted\n`);
    const problems = [...wrong, ...lostSession.map(([part]) => `${part}: ${sessionLost}`)];
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return Math.max(...noticed.map(([, { longestSeconds }]) => longestSeconds)) * 1000;
  },
};
