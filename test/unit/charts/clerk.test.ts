import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { requestTextFiles } from '../../../charts/request-texts.ts';
import { manifestsOf } from '../../support/manifests.ts';
import { daNang, socTrang } from '../../support/sites.ts';

describe('the clerk', () => {
  it.each([socTrang, daNang])('may read no Secret and write no Mailbox in $name', (site) => {
    const roles = manifestsOf(site).filter(
      ({ kind, metadata }) => kind === 'Role' && metadata.name === 'clerk',
    );
    const rules = roles.flatMap((role) => role['rules'] as { resources: string[]; verbs: string[] }[]);
    expect(rules.length).toBeGreaterThan(3);
    expect(rules.filter(({ resources }) => resources.includes('secrets'))).toEqual([]);
    const writing = rules.filter(({ verbs }) =>
      verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)),
    );
    expect(
      writing.flatMap(({ resources, verbs }) => resources.map((one) => `${one} ${verbs.at(-1)}`)).sort(),
    ).toEqual(['configmaps update', 'mailboxrequests create', 'mailboxrequests/status update']);
  });
});

describe('its texts', () => {
  let folder: string;
  const own = { requests: { ...socTrang.requests, templates: 'an-giang' } };
  const texts = () => requestTextFiles(own, pathToFileURL(`${folder}/`));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hopthu-requests-'));
    await mkdir(join(folder, 'an-giang'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("are a site's own where it has them", async () => {
    const text = 'Subject: Số {{number}}\n\nKính gửi {{organization}}\n';
    await writeFile(join(folder, 'an-giang/refused.txt'), text);
    expect(texts()).toEqual({ ...requestTextFiles(socTrang), 'refused.txt': text });
  });

  it.each([
    ['refused.txt', 'Subject: Số\n\n{{password}}\n', 'refused.txt: there is no value for {{password}}'],
    ['result.txt', 'Số {{number}}', 'result.txt: must begin with a line "Subject: …"'],
    ['words.yaml', 'department: Sở', 'words.yaml: actions: '],
  ])('%s is refused with %j', async (name, text, fault) => {
    await writeFile(join(folder, 'an-giang', name), text);
    expect(texts).toThrow(fault);
  });
});
