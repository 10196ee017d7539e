/** One review as it happens: a repository, a branch, a change, and what the pipeline is told. */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import { parse } from 'yaml';
import { launcher, root, run } from './run.ts';

// Each test starts the command several times.
jest.setTimeout(60_000);

let repository: string;
let folder: string;

const git = (...args: readonly string[]) => execa('git', [...args], { cwd: repository });

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function commit(): Promise<void> {
  await git('add', '--all');
  await git('commit', '--quiet', '--message=change');
}

function manifest(kind: string, name: string, spec: object): string {
  const metadata = { name, namespace: 'soc-trang-accounts' };
  return JSON.stringify({ apiVersion: 'hopthu.io/v1alpha1', kind, metadata, spec });
}

function mailbox(name: string, fullName: string, more: object = {}): string {
  const spec = { organizationRef: { name: 'so-y-te' }, type: 'Personal', person: { fullName }, ...more };
  return manifest('Mailbox', name, spec);
}

/** `hopthu plan` of the folder against main. */
const plan = (...args: readonly string[]) => run(['plan', '-f', folder, '--base', 'main', ...args]);

beforeEach(async () => {
  repository = await realpath(await mkdtemp(join(tmpdir(), 'hopthu-plan-')));
  folder = join(repository, 'soc-trang');
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'user.name', 'Trung tâm');
  await git('config', 'user.email', 'admin@soctrang.gov.vn');
  await write('kustomization.yaml', 'kind: Kustomization\nresources: [organizations.yaml]\n');
  await write('organizations.yaml', manifest('Organization', 'so-y-te', { name: 'Sở Y tế' }));
  for (let index = 0; index < 12; index += 1) {
    const given = String.fromCharCode(65 + index);
    await write(`people/person-${index}.yaml`, mailbox(`person-${index}`, `Nguyễn Văn ${given}nh`));
  }
  await write('people/ha.yaml', mailbox('ha', 'Trần Thị Thu Hà'));
  await commit();
  await git('switch', '--quiet', '--create', 'review');
});
afterEach(() => rm(repository, { recursive: true }));

describe('hopthu plan of a branch', () => {
  it('takes records of requests and incidents for no change, and no fault', async () => {
    const records = ['MailboxRequest', 'Incident'].map((kind) => manifest(kind, 'x', {}));
    await write('records.yaml', records.join('\n---\n'));
    expect(await plan()).toMatchObject({ stdout: 'no changes\n', exitCode: 0 });
  });

  it('with nothing that concerns accounts: exit 0', async () => {
    await write('people/ha.yaml', `# moved\n${mailbox('ha', 'Trần Thị Thu Hà')}\n`);
    await commit();
    expect(await plan()).toEqual({
      stdout: 'no changes\n',
      stderr: `hopthu: 1 document of other kinds in ${folder}: not looked at\n`,
      exitCode: 0,
    });
  });

  it('with changes: exit 2, as text, Markdown and JSON; neither work tree nor index is touched', async () => {
    await write('people/ha.yaml', mailbox('ha', 'Trần Thị Thu Hà', { localPart: 'thuha', quota: '1Gi' }));
    await write('people/new.yaml', mailbox('tam', 'Lê Văn Tám'));
    await rm(join(folder, 'people/person-3.yaml'));
    const before = (await git('status', '--porcelain=v2')).stdout;
    const lines = [
      '- nvdnh@soctrang.gov.vn  Nguyễn Văn Dnh (Sở Y tế)  closed: no login, no delivery; mail and address are kept',
      '+ lvtam@soctrang.gov.vn  Lê Văn Tám (Sở Y tế)  500 MiB',
      '~ tttha@soctrang.gov.vn  Trần Thị Thu Hà (Sở Y tế)  address tttha@soctrang.gov.vn → thuha@soctrang.gov.vn, addresses tttha@soctrang.gov.vn → thuha@soctrang.gov.vn tttha@soctrang.gov.vn, quota 500 MiB → 1 GiB',
    ];
    const text = await plan();
    expect({ stdout: text.stdout, exitCode: text.exitCode }).toEqual({
      stdout: `${lines.join('\n')}\n3 changes\n`,
      exitCode: 2,
    });
    const markdown = (await plan('-o', 'markdown')).stdout;
    expect(markdown).toContain(
      '### Tỉnh Sóc Trăng: 3 changes\n\n| action | resource | change |\n|---|---|---|\n',
    );
    expect(markdown).toContain(`| create | \`Mailbox soc-trang-accounts/tam\` | \`${lines[1]}\` |`);
    const json = await plan('-o', 'json');
    expect(json.exitCode).toBe(2);
    const item = (action: string, name: string, address: string, summary?: string) => {
      return { action, kind: 'Mailbox', namespace: 'soc-trang-accounts', name, address, summary };
    };
    expect(JSON.parse(json.stdout)).toEqual({
      changes: [
        item('delete', 'person-3', 'nvdnh@soctrang.gov.vn', lines[0]),
        item('create', 'tam', 'lvtam@soctrang.gov.vn', lines[1]),
        item('rename', 'ha', 'thuha@soctrang.gov.vn', lines[2]),
      ],
      blocked: [],
    });
    expect((await git('status', '--porcelain=v2')).stdout).toBe(before);
    expect((await git('branch', '--show-current')).stdout).toBe('review');
  });

  it('that empties the folder: exit 3, and no account is closed', async () => {
    await rm(join(folder, 'people'), { recursive: true });
    await commit();
    const { stdout, exitCode } = await plan('-o', 'json');
    expect(exitCode).toBe(3);
    const { changes, blocked } = JSON.parse(stdout);
    expect(changes).toEqual([]);
    expect(blocked).toHaveLength(13);
    expect((await plan()).stdout).toContain(
      '! 13 mailboxes would lose access at once; 10 of 13 may without approval',
    );
  });

  it('with a manifest that is refused: exit 3, naming file and field', async () => {
    await write('people/ha.yaml', mailbox('ha', 'Trần Thị Thu Hà', { quota: 'lots' }));
    const { stdout, exitCode } = await plan();
    expect(exitCode).toBe(3);
    expect(stdout).toBe(
      `blocked:\n! Mailbox soc-trang-accounts/ha  ${folder}/people/ha.yaml:1: spec.quota: a size such as 500Mi or 1Gi\nno changes, 1 blocked\n`,
    );
  });

  it('against a commit, a tag, a folder, and a commit that does not have the folder yet', async () => {
    await write('people/new.yaml', mailbox('tam', 'Lê Văn Tám'));
    await git('tag', 'v1', 'main');
    const { stdout: empty } = await git('hash-object', '-t', 'tree', '/dev/null', '-w');
    const { stdout: root } = await git('commit-tree', empty, '-m', 'nothing');
    const against = async (base: string) => (await run(['plan', '-f', folder, '--base', base])).exitCode;
    expect(await against('v1')).toBe(2);
    expect(await against('review~0')).toBe(2);
    expect(await against(folder)).toBe(0);
    expect((await run(['plan', '-f', folder, '--base', root])).stdout).toMatch(/\n15 changes\n$/);
    expect(
      (await run(['plan', '-f', join(folder, 'people/new.yaml'), '--base', root, '--no-prune'])).exitCode,
    ).toBe(3);
  });
});

describe('the snippets of docs/gitops.md', () => {
  const page = readFileSync(join(root, 'docs/gitops.md'), 'utf8');
  const blocks = (language: string) =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
      ([, text = '']) => text,
    );

  it('are YAML', () => {
    const kinds = blocks('yaml').map((text) => Object.keys(parse(text)).sort().join());
    expect(kinds).toEqual([
      'plan',
      'jobs,name,on,permissions',
      'data',
      'metadata',
      'apiVersion,kind,metadata,spec',
    ]);
  });

  it('for a plain shell take a change and stop what is blocked', async () => {
    const script = blocks('sh').join('').replaceAll('/opt/hopthu/cli/hopthu', launcher);
    await git('clone', '--quiet', '--bare', repository, join(repository, 'origin.git'));
    await git('remote', 'add', 'origin', join(repository, 'origin.git'));
    const pipeline = async () => {
      const { stdout, exitCode } = await execa('sh', ['-e', '-c', script], {
        cwd: repository,
        reject: false,
      });
      return { stdout, exitCode };
    };
    await write('people/new.yaml', mailbox('tam', 'Lê Văn Tám'));
    await commit();
    expect(await pipeline()).toEqual({
      stdout: expect.stringContaining('### Tỉnh Sóc Trăng: 1 change\n'),
      exitCode: 0,
    });
    await rm(join(folder, 'people'), { recursive: true });
    await commit();
    expect(await pipeline()).toEqual({ stdout: expect.stringContaining('13 blocked'), exitCode: 1 });
  });
});

describe('hopthu plan that cannot be made: exit 1 and one line', () => {
  const refused = async (args: readonly string[]) => {
    const { stdout, stderr, exitCode } = await run(['plan', ...args]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toMatch(/^hopthu: [^\n]+\n$/);
    return stderr;
  };
  const against = (base = 'main') => refused(['-f', folder, '--base', base]);

  it('wrong YAML, by file and line', async () => {
    await write('people/ha.yaml', 'kind: Mailbox\nspec:\n  a: [b\n');
    expect(await against()).toContain(`${folder}/people/ha.yaml:4: `);
    await write('people/ha.yaml', '---\nkind: x\n---\nspec: { a: b, a: c }\n');
    expect(await against()).toContain(`${folder}/people/ha.yaml:4: Map keys must be unique`);
  });

  it('one resource twice', async () => {
    await write('copy.yaml', mailbox('ha', 'Trần Thị Thu Hà'));
    expect(await against()).toContain(
      `people/ha.yaml:1: Mailbox soc-trang-accounts/ha is in ${folder}/copy.yaml:1 already`,
    );
  });

  it('a misspelled kind or version of ours', async () => {
    await write('people/ha.yaml', mailbox('ha', 'Trần Thị Thu Hà').replace('"Mailbox"', '"Mailbx"'));
    expect(await against()).toContain('there is no hopthu.io/v1alpha1 Mailbx');
    await write('people/ha.yaml', mailbox('ha', 'Trần Thị Thu Hà').replace('v1alpha1', 'v1'));
    expect(await against()).toContain('there is no hopthu.io/v1 Mailbox: use hopthu.io/v1alpha1 with');
    await write('people/ha.yaml', mailbox('ha', 'Trần Thị Thu Hà').replace('"Mailbox"', '""'));
    expect(await against()).toContain('people/ha.yaml:1: has no kind: use hopthu.io/v1alpha1 with');
  });

  it('a link, which git and the disk would read differently', async () => {
    await symlink('ha.yaml', join(folder, 'people/link.yaml'));
    expect(await against()).toContain('people/link.yaml is not a plain file');
  });

  it('a base or folder that is not there, or options that are not', async () => {
    expect(await against('no-such-branch')).toContain('neither a folder nor a commit');
    expect(await against('--upload-pack=x')).toContain('neither a folder nor a commit');
    expect(await refused(['-f', join(folder, 'none'), '--base', 'main'])).toContain(
      'there is no such file or folder',
    );
    expect(await refused(['--base', 'main'])).toContain('--filename');
    expect(await refused(['-f', folder, '--base', 'main', '-o', 'xml'])).toContain('text, markdown, json');
    expect(await refused(['-f', folder, '--base', 'main', '--site', 'hue'])).toContain('no site "hue"');
  });

  it('manifests of no site, or of two', async () => {
    const other = mailbox('dung', 'Nguyễn Văn Dũng');
    await write('da-nang.yaml', other.replace('soc-trang-accounts', 'da-nang-accounts'));
    expect(await against()).toContain('da-nang and soc-trang: use --site');
    await write('da-nang.yaml', other.replace('soc-trang-accounts', 'elsewhere'));
    expect(await against()).toContain('no site keeps its mailboxes in namespace "elsewhere"');
  });
});
