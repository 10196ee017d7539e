/** The mailbox of a department with people and a unit inside it, and one person outside, for tests of delegates (R26). */
import { Province } from './province.ts';
import { socTrang } from './sites.ts';

export const binh = 'ntbinh@soctrang.gov.vn';
export const office = 'sotttt@soctrang.gov.vn';
export const mailboxes = 'ou=mailboxes,dc=soctrang,dc=gov,dc=vn';

type Right = 'Read' | 'Write' | 'SendAs';

export function delegate(name: string, ...rights: readonly Right[]): object {
  return { mailboxRef: { name }, rights };
}

export class Department extends Province {
  static async granted(): Promise<Department> {
    const department = new Department(socTrang);
    department.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
    department.organization('phong', { name: 'Phòng Công nghệ thông tin', parentRef: { name: 'so-tttt' } });
    department.organization('so-yt', { name: 'Sở Y tế' });
    department.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    department.person('tam', 'Lê Văn Tám', 'phong');
    department.person('ngoai', 'Đoàn Văn Thông', 'so-yt');
    department.organizationMailbox('phong', 'phong');
    department.give();
    await department.settle();
    return department;
  }

  /** Applies the department's mailbox with these delegates and no others. */
  give(...delegates: readonly object[]): void {
    this.organizationMailbox('so-tttt', 'so-tttt', delegates.length === 0 ? {} : { delegates });
  }

  uidOf(name: string): string {
    return this.mailbox(name).metadata.uid;
  }

  /** What Dovecot imports when this person logs in. */
  settings(name: string): readonly string[] {
    return this.entryOf(name)['hopThuMailSetting'] ?? [];
  }

  /** The settings that open the department's mailbox and no other. */
  opened(role: 'reader' | 'keeper' | 'writer'): readonly string[] {
    const owner = this.uidOf('so-tttt');
    return [
      `namespace+=${owner}`,
      `namespace/${owner}/prefix=Hộp thư đơn vị/${office}/`,
      `namespace/${owner}/mail_path=/srv/vmail/${owner}/Maildir`,
      `namespace/${owner}/acl_user=${role}`,
    ];
  }
}
