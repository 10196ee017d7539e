import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TemporaryFolder } from './annex/world.ts';
import { run } from './run.ts';

const header = 'STT;Họ và tên;Chức vụ;Đơn vị;Loại yêu cầu;Địa chỉ hiện có;Điện thoại;Mã cán bộ;Ghi chú\n';
const ha = '1;Trần Thị Thu Hà;Chuyên viên;Sở Thông tin và Truyền thông;cấp mới;;;CB-00402;\n';

// Some tests start several processes, on machines that may be busy.
jest.setTimeout(30_000);

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder().copySamples('soc-trang');
});
afterEach(() => folder.remove());

const importing = (file: string, ...more: readonly string[]) =>
  run(['import', file, '--site', 'soc-trang', '-o', folder.path, ...more]);

describe('hopthu import', () => {
  it('writes the manifests and reports every change', async () => {
    const file = folder.write('list.csv', header + ha);
    expect(await importing(file)).toEqual({
      stdout: '+ mailboxes/tran-thi-thu-ha.yaml  Trần Thị Thu Hà (Sở Thông tin và Truyền thông)\n1 new\n',
      stderr: '',
      exitCode: 0,
    });
    expect(folder.files()).toContain('mailboxes/tran-thi-thu-ha.yaml');
    expect((await importing(file)).stdout).toBe('1 unchanged\n');
  });

  it('reports refused rows by their numbers, writes the others and exits 3', async () => {
    const file = folder.write('list.csv', `${header}2;Lê Văn An;;Sở Y tế;cấp mới;;;;\n;;;;;;;;\n${ha}`);
    const { stdout, stderr, exitCode } = await importing(file);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 3 });
    expect(stdout).toContain('! dòng 2: đơn vị "Sở Y tế" không có trong danh mục\n');
    expect(stdout).toContain('1 new, 1 refused\n');
    expect(folder.files()).toContain('mailboxes/tran-thi-thu-ha.yaml');
  });

  it('with --dry-run writes nothing', async () => {
    const file = folder.write('list.csv', header + ha);
    expect((await importing(file, '--dry-run')).stdout).toContain('+ mailboxes/tran-thi-thu-ha.yaml');
    expect(folder.files()).toEqual(['organizations.yaml']);
  });

  it('dates a password reset by the clock of Việt Nam', async () => {
    folder.copySamples('soc-trang', ['people.yaml']);
    const row = '1;Nguyễn Thanh Bình;;Sở TTTT;cấp lại mật khẩu;;;CB-00123;\n';
    const day = () => new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
    const days = [day()];
    const { stdout } = await importing(folder.write('list.csv', header + row));
    // Midnight may pass meanwhile.
    days.push(day());
    expect(days.map((date) => `~ people.yaml  passwordReset (none) → ${date}\n1 changed\n`)).toContain(
      stdout,
    );
  });

  it('takes the list of organizations', async () => {
    const file = folder.write('list.csv', 'Tên;Tên viết tắt;Đơn vị cấp trên;Khối\nSở Y tế;;;sở\n');
    const { stdout, exitCode } = await importing(file, '--organizations');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\+ organizations\/so-y-te\.yaml {2}Sở Y tế \(soyt\)\n/);
    expect(stdout).toContain('? organizations.yaml  UBND huyện Mỹ Xuyên\n');
    expect(stdout).toContain('\n1 new, 6 not in the list\n');
  });

  it.each<[string, string, string]>([
    ['list.csv', 'a;b\n', 'has no header row'],
    ['list.doc', header, 'is neither .xlsx nor .csv'],
  ])('%s of %j is wrong: exit 2 and one line', async (file, text, reason) => {
    const { stdout, stderr, exitCode } = await importing(folder.write(file, text));
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(/^hopthu: [^\n]+\n$/);
    expect(stderr).toContain(reason);
  });

  it.each<[string, string]>([
    ['kind: [', 'broken.yaml'],
    [
      'apiVersion: hopthu.io/v1alpha1\nkind: Organization\nmetadata: { name: so-tttt }\nspec: { name: A }\n',
      'Organization soc-trang-accounts/so-tttt is in broken.yaml and in organizations.yaml',
    ],
    [
      'apiVersion: hopthu.io/v1alpha1\nkind: Organization\nmetadata: { name: x }\nspec: { nam: A }\n',
      'spec.name',
    ],
  ])('a folder with %j is wrong: nothing is written', async (text, reason) => {
    folder.write('broken.yaml', text);
    const { stdout, stderr, exitCode } = await importing(folder.write('list.csv', header + ha));
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(/^hopthu: [^\n]+\n$/);
    expect(stderr).toContain(reason);
    expect(folder.files()).toEqual(['broken.yaml', 'organizations.yaml']);
  });
});

describe('hopthu export', () => {
  it('prints what hopthu import takes', async () => {
    folder.copySamples('soc-trang', ['people.yaml']);
    const exporting = ['export', '--site', 'soc-trang', '-f', folder.path];
    const { stdout, stderr, exitCode } = await run(exporting);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout.split('\r\n')[1]).toBe(
      '1,Nguyễn Thanh Bình,Chuyên viên,Phòng Công nghệ thông tin,cấp mới,,,CB-00214,,,,,,,2014-10-06T02:00:00Z,nguyen-thanh-binh-cb214',
    );
    const file = join(folder.path, 'list.xlsx');
    expect((await run([...exporting, '-o', file])).exitCode).toBe(0);
    expect((await importing(file)).stdout).toBe('4 unchanged\n');
  });

  it('says what the table has no column for', async () => {
    folder.write(
      'more.yaml',
      'apiVersion: hopthu.io/v1alpha1\nkind: Mailbox\nmetadata: { name: x }\nspec: { organizationRef: { name: so-tttt }, type: Organization, more: 1 }\n',
    );
    const { stderr, exitCode } = await run(['export', '--site', 'soc-trang', '-f', folder.path]);
    expect(exitCode).toBe(0);
    expect(stderr).toBe('hopthu: the table has no column for spec.more: see the manifests\n');
  });

  it.each([
    [
      ['export', '--site', 'soc-trang', '-f', 'crds/samples/soc-trang', '-o', 'x.ods'],
      'neither .xlsx nor .csv',
    ],
    [
      ['export', '--site', 'soc-trang', '-f', 'package.json'],
      'cannot read the folder package.json: it is no folder',
    ],
    [['export', '--site', 'soc-trang', '--context', 'no-such'], 'no-such'],
    [['status', '--context', 'no-such'], 'no-such'],
    [['history', 'x', '--context', 'no-such'], 'no-such'],
    [['history'], "missing required argument 'name'"],
    [['completion', 'fish'], 'no completion for "fish": use bash or zsh'],
  ])('%j is wrong: exit 2 and one line', async (args, reason) => {
    const { stdout, stderr, exitCode } = await run(args);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(/^hopthu: [^\n]+\n$/);
    expect(stderr).toContain(reason);
  });
});
