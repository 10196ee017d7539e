/** Writes the public directory as files for the province's own portal, once (R40): what a CronJob runs. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { visibleTo } from '../../operator/core/published.ts';
import { parseSite } from '../../operator/core/site.ts';
import { need, needNumber } from '../../operator/environment.ts';
import { Invalid, Unavailable } from '../../operator/errors.ts';
import { Pages } from '../frame.ts';
import { buildDirectory } from '../published/model.ts';
import { readListed } from '../published/reader.ts';
import { readTexts } from '../texts.ts';
import { webFiles } from './files.ts';
import { folderTarget } from './folder.ts';
import { publish, stateName } from './publish.ts';
import { s3Target } from './s3.ts';

const file = (name: string) => () => readFile(need(name), 'utf8');

const site = parseSite(readFileSync(need('HOPTHU_SITE_FILE'), 'utf8'), 'site.yaml');
const log = pino({ base: { site: site.name } });

/** The network's policies let a new pod through a moment after it began: who is refused asks again, for so many seconds. */
async function patiently<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable) || performance.now() > end) throw error;
      await pause(1000);
    }
  }
}

async function run(): Promise<void> {
  const { files } = site.published;
  if (files === undefined) throw new Invalid('published.files', 'is not there: nothing is to be published');
  const texts = readTexts(need('HOPTHU_PAGES'));
  const readAt = new Date();
  const listed = await patiently(needNumber('HOPTHU_PATIENCE_SECONDS'), () =>
    readListed(site, {
      account: 'publisher',
      host: need('HOPTHU_LDAP_HOST'),
      port: needNumber('HOPTHU_LDAP_PORT'),
      ca: file('HOPTHU_CA_FILE'),
      password: file('HOPTHU_LDAP_PASSWORD_FILE'),
    }),
  );
  const directory = buildDirectory(listed, visibleTo('public', site.published), site.naming.titles);
  const { length: organizations } = directory.organizations;
  // A directory of nobody is a fault of ours, and shall replace none that has somebody in it.
  if (organizations === 0) throw new Unavailable('LDAP', 'the directory shows no organization at all');
  const pages = new Pages(site, texts, `https://${site.hosts.webmail}`);
  const target =
    files.target === 'volume'
      ? folderTarget(need('HOPTHU_TARGET_FOLDER'))
      : s3Target({
          place: files.target,
          credentials: await file('HOPTHU_STORE_FILE')(),
          leadingTo: (href) => pages.part('published-present.html', { href }).html,
        });
  const state = stateName(readAt);
  const count = await publish(target, state, webFiles({ site, texts, directory, readAt }), files.keep);
  log.info({ state, organizations, people: directory.people.length, files: count }, 'published');
}

try {
  await run();
} catch (err) {
  log.error({ err }, 'not published: what was published before stays');
  process.exitCode = 1;
}
