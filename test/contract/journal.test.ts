/** What Postfix's pod writes down for the reports (R41): the log passes through whatever becomes of the volume. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { parseJournal } from '../../reports/mail-log.ts';
import { until } from './support/slapd.ts';

const config = new URL('../../charts/config/postfix/', import.meta.url).pathname;
const id = '4jZdYY0fMGz10';
const line = (rest: string) => `Nov 26 00:38:46 mail postfix/${rest}`;
const counted = [
  line(`submission/smtpd[271]: ${id}: client=x[192.0.2.1], sasl_method=PLAIN, sasl_username=a@b.vn`),
  line(`qmgr[3]: ${id}: from=<a@b.vn>, size=322, nrcpt=1 (queue active)`),
  line(`cleanup[4]: ${id}: milter-header-warning: header X-Spam: Yes from x[192.0.2.1]; from=<a@b> to=<c@d>`),
  line(`lmtp[4]: ${id}: to=<a@b.vn>, relay=x, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Saved)`),
  line(
    'smtpd[1]: NOQUEUE: reject: RCPT from x[192.0.2.1]: 550 5.1.1 <c@d>: no; from=<a@b> to=<c@d> proto=ESMTP',
  ),
];
const others = [
  line('smtpd[271]: connect from x[192.0.2.1]'),
  line(`cleanup[2]: ${id}: message-id=<one@example.org>`),
  line(`qmgr[3]: ${id}: removed`),
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hopthu-journal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The counter as Postfix's pod starts it. */
function counter(journal: string) {
  const command = `perl ${config}journal ${journal}`;
  const options = ['-W', 'interactive', '-v', `file=${folder}/figures`, '-v', `journal=${command}`];
  return execa('mawk', [...options, '-f', `${config}count-log`], { reject: false });
}

const kept = (journal: string) =>
  readdirSync(journal)
    .map((name) => readFileSync(join(journal, name), 'utf8'))
    .join('')
    .split('\n')
    .filter((text) => text !== '');

it('every line that counts is kept with its time, under the day of Việt Nam, and the log is what it was', async () => {
  const journal = join(folder, 'journal');
  mkdirSync(journal);
  const running = counter(journal);
  const lines = [others[0], counted[0], others[1], ...counted.slice(1), others[2]].join('\n');
  running.stdin.end(`${lines}\n`);
  expect((await running).stdout).toBe(lines);
  expect(kept(journal).map((text) => text.replace(/^\d+\t/, ''))).toEqual(counted);
  for (const text of kept(journal)) expect(parseJournal(text)).toBeDefined();
  const now = Math.floor(Date.now() / 1000);
  expect(Math.abs(Number(kept(journal)[0]?.split('\t')[0]) - now)).toBeLessThan(60);
  const day = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
  expect(readdirSync(journal)).toEqual([day]);
});

it('what cannot be written is told as soon as it can, so that no line goes unnoticed', async () => {
  const [journal, aside] = [join(folder, 'there'), join(folder, 'aside')];
  mkdirSync(journal);
  const running = counter(journal);
  let written = 0;
  const write = () => {
    written += 1;
    running.stdin.write(`${counted[3]}\n`);
  };
  await until(() => {
    renameSync(...(existsSync(journal) ? ([journal, aside] as const) : ([aside, journal] as const)));
    write();
    return [journal, aside].some(
      (place) => existsSync(place) && kept(place).some((text) => text.includes('lost')),
    );
  });
  if (existsSync(aside)) renameSync(aside, journal);
  write();
  running.stdin.end();
  expect((await running).stdout.split('\n')).toHaveLength(written);
  const lines = kept(journal)
    .map(parseJournal)
    .filter((line) => line !== undefined);
  const lost = lines.reduce((sum, line) => sum + ('lost' in line ? line.lost : 0), 0);
  expect(lost).toBeGreaterThan(0);
  expect(lines.filter((line) => !('lost' in line)).length + lost).toBe(written);
});
