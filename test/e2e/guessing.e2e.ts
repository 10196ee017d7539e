/** A stranger guesses passwords: refused at that address, whichever way he comes; the official logs in (R25, R42). */
import { beforeAll, expect, it } from '@jest/globals';
import { kubectl } from '../kind/install.ts';
import { socTrang as site } from '../support/sites.ts';
import { openWebmail } from './support/browser.ts';
import { hostPort, testCluster } from './support/cluster.ts';
import { type Elsewhere, elsewhere } from './support/elsewhere.ts';
import { authorityOf, type Person } from './support/person.ts';
import { fresh, people } from './support/resources.ts';

const { pair } = site.throttle.failures;
let stranger: Elsewhere;
let official: Person;

beforeAll(async () => {
  const name = fresh('guess-official');
  const { [name]: settled } = await people(site, { [name]: 'Đặng Văn Giữ' });
  if (settled === undefined) throw new Error('nobody');
  official = settled;
  stranger = await elsewhere(site);
});

const throttle = (...args: readonly string[]) =>
  kubectl(testCluster(), ['-n', site.namespaces.mail, ...args]);

/** Wrong passwords over IMAP and submission in turn. */
const wrong = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    service: index % 2 === 0 ? ('imaps' as const) : ('submissions' as const),
    user: official.address,
    password: `Sai-${index}-2026`,
  }));

it('over IMAP and submission together, while the official reads and sends', async () => {
  expect(await stranger.logIn(wrong(pair * 2))).toEqual(wrong(pair * 2).map(() => false));
  const right = { user: official.address, password: official.password };
  expect(
    await stranger.logIn([
      { service: 'imaps', ...right },
      { service: 'submissions', ...right },
    ]),
  ).toEqual([false, false]);
  const started = performance.now();
  expect(await official.imap(async () => 'in')).toBe('in');
  await official.send({ to: official.address, subject: 'Trong khi bị dò mật khẩu' });
  expect(performance.now() - started).toBeLessThan(5000);
  const log = await throttle('logs', 'dovecot-0', '-c', 'throttle');
  expect(log).toMatch(new RegExp(`"person":"${official.address}".*"because":"pair","msg":"login refused"`));
});

it('over the webmail, which counts for the address of the browser, until an administrator releases it', async () => {
  const password = official.password;
  for (let index = 1; index < pair; index += 1) {
    official.password = `Nham-${index}-2026`;
    await expect(official.imap(async () => 'in')).rejects.toMatchObject({ authenticationFailed: true });
  }
  const webmail = await openWebmail(site, {
    caPem: await authorityOf(site),
    port: hostPort(site, 'webmail'),
  });
  try {
    const typed = webmail.login(official.address, 'Nham-tren-web-2026');
    await expect(typed).rejects.toMatchObject({ name: 'LoginRefused' });
  } finally {
    await webmail.close();
  }
  official.password = password;
  await expect(official.imap(async () => 'in')).rejects.toMatchObject({ authenticationFailed: true });
  const program = ['node', '/opt/hopthu/throttle.mjs', 'release', official.address];
  const said = await throttle('exec', 'dovecot-0', '-c', 'throttle', '--', ...program);
  expect(said).toContain(`${official.address} is released`);
  expect(await official.imap(async () => 'in')).toBe('in');
});
