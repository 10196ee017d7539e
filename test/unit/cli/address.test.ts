import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root, run } from './run.ts';

const socTrang = ['address', '--site', 'soc-trang'];
const daNang = ['address', '--site', 'da-nang'];

describe('hopthu address', () => {
  it.each([
    [[...socTrang, '--person', 'Nguyễn Thanh Bình'], 'ntbinh@soctrang.gov.vn'],
    [[...socTrang, '--person', 'Đoàn Văn Thông'.normalize('NFD')], 'dvthong@soctrang.gov.vn'],
    [[...daNang, '--person', 'Nguyễn Văn Dũng'], 'dungnv@danang.gov.vn'],
    [[...socTrang, '--organization', 'Sở Thông tin và Truyền thông'], 'sotttt@soctrang.gov.vn'],
    [
      [
        ...socTrang,
        '--organization',
        'Phòng Công nghệ thông tin',
        '--parent',
        'Sở Thông tin và Truyền thông',
      ],
      'phongcntt.sotttt@soctrang.gov.vn',
    ],
    [
      [...socTrang, '--organization', 'Xã Thạnh Phú huyện Mỹ Xuyên', '--parent', 'UBND huyện Mỹ Xuyên'],
      'xatp.huyenmx@soctrang.gov.vn',
    ],
    [[...daNang, '--organization', 'Sở Kế hoạch và Đầu tư thành phố Đà Nẵng'], 'skhdt@danang.gov.vn'],
    [
      ['address', '--site', join(root, 'charts/sites/da-nang.yaml'), '--person', 'Nguyễn Văn Dũng'],
      'dungnv@danang.gov.vn',
    ],
  ])('%j prints the address alone', async (args, address) => {
    expect(await run(args)).toEqual({ stdout: `${address}\n`, stderr: '', exitCode: 0 });
  });

  const binh = ['--person', 'Nguyễn Thanh Bình'];
  it.each([
    [[...socTrang], '--person NAME or --organization NAME'],
    [[...socTrang, ...binh, '--organization', 'Sở Y tế'], 'not both'],
    [[...socTrang, ...binh, '--parent', 'Sở Y tế'], '--parent'],
    [['address', '--site', 'hue', ...binh], 'no site "hue": use da-nang or soc-trang'],
    [['address', '--site', './no-such.yaml', ...binh], 'the site file ./no-such.yaml: there is no such file'],
    [['address', '--site', join(root, 'crds/mailbox.yaml'), ...binh], 'domain: '],
    [['address', ...binh], "required option '--site <site>' not specified"],
    [[...socTrang, '--person'], "option '--person <name>' argument missing"],
    [[...socTrang, ...binh, '--persn', 'x'], "unknown option '--persn'"],
    [[...socTrang, ...binh, 'extra'], 'too many arguments'],
    [['adress', ...binh], "unknown command 'adress'"],
    [[], 'name a command: see hopthu --help'],
    [['request'], 'name a command: see hopthu request --help'],
    [[...socTrang, '--person', ''], '--person: '],
    [[...socTrang, '--person', '...'], '--person: '],
    [[...socTrang, '--person', 'Иван Петров'], '--person: must not have Greek, Cyrillic or Armenian letters'],
    [[...socTrang, '--person', 'Nguyễn\nThanh Bình'], '--person: '],
    [[...socTrang, '--person', 'Nguyễn\u202EThanh Bình'], '--person: '],
    [[...socTrang, '--person', 'a'.repeat(65)], '--person: '],
    [[...socTrang, '--person', 'Admin'], 'admin@soctrang.gov.vn is reserved'],
    [[...daNang, '--organization', 'Công nghệ thông tin'], 'cntt@danang.gov.vn is reserved'],
    [[...socTrang, '--organization', 'Ngân hàng Nhà nước'], '--organization: '],
    [[...daNang, '--organization', 'Phòng Tin học', '--parent', 'Sở Y tế'], 'agree an abbreviation'],
    [[...socTrang, '--organization', 'Phòng Tin học', '--parent', '***'], '--parent: '],
  ])('%j is wrong: exit 2 and one line', async (args, reason) => {
    const { stdout, stderr, exitCode } = await run(args);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(/^hopthu: [^\n]+\n$/);
    expect(stderr).toContain(reason);
  });

  it.each([['--help'], ['address', '--help'], ['--version']])('answers %s', async (...args) => {
    const { stdout, stderr, exitCode } = await run(args);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).not.toBe('');
  });
});
