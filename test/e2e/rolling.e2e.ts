/** The mail store and the mail server are upgraded while letters are sent, come in and are read; `make chaos DRILLS=rolling` does all parts. */
import { expect, it } from '@jest/globals';
import { kubectl } from '../kind/install.ts';
import { daNang as site } from '../support/sites.ts';
import { Letters, Traffic } from '../support/traffic.ts';
import { testCluster } from './support/cluster.ts';
import { deliver, type Person } from './support/person.ts';
import { fresh, people } from './support/resources.ts';

const outside = { address: 'nguoi-gui@example.vn' };
const { mail, smtp } = site.namespaces;

it('every letter that was accepted is there once, and nobody tries again more than once for each part', async () => {
  const [name, writerName] = [fresh('rolling-reader'), fresh('rolling-writer')];
  const all = await people(site, { [name]: 'Tô Thị Đọc', [writerName]: 'Tô Văn Viết' });
  const [reader, writer] = [all[name], all[writerName]] as [Person, Person];
  const letters = new Letters(reader);
  const { address: to } = reader;
  const traffic = new Traffic([
    letters.work('submission', [writer], (raw) => writer.send({ to, subject: '', raw })),
    letters.work('from outside', [outside], (raw) =>
      deliver(site, { from: outside.address, to, subject: '', raw }),
    ),
    { name: 'IMAP', once: () => reader.imap(async (client) => void (await client.mailboxOpen('INBOX'))) },
  ]);
  const parts = [
    [mail, 'statefulset/dovecot'],
    [smtp, 'statefulset/postfix'],
  ] as const;
  for (const [namespace, part] of parts) {
    await kubectl(testCluster(), ['-n', namespace, 'rollout', 'restart', part]);
    await kubectl(testCluster(), ['-n', namespace, 'rollout', 'status', part, '--timeout=120s']);
  }
  const noticed = await traffic.stop();
  // What was put off meanwhile would be tried within a minute.
  await kubectl(testCluster(), ['-n', smtp, 'exec', 'postfix-0', '-c', 'postfix', '--', 'postqueue', '-f']);
  expect(await letters.wrong()).toEqual([]);
  expect(letters.count).toBeGreaterThan(parts.length);
  for (const one of noticed) expect(one.interrupted).toBeLessThanOrEqual(parts.length);
  // Nobody was led to a pod that was gone.
  expect(noticed.flatMap(({ reasons }) => reasons).join('\n')).not.toMatch(/time(d )?out|required time/i);
});
