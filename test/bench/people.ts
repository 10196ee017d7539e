/** A province for measuring: Vietnamese names in ten organizations, of which some ask for one address (R15). */
import { apiVersion, finalizer } from '../../operator/api/resource.ts';

const organizations = [
  'Sở Nội vụ',
  'Sở Y tế',
  'Sở Tài chính',
  'Sở Tư pháp',
  'Sở Công Thương',
  'Sở Xây dựng',
  'Sở Giao thông vận tải',
  'Sở Giáo dục và Đào tạo',
  'Sở Kế hoạch và Đầu tư',
  'Sở Thông tin và Truyền thông',
];
const families = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Huỳnh', 'Võ', 'Đặng', 'Bùi', 'Lâm', 'Thạch'];
const middles = ['Văn', 'Thị', 'Hoàng', 'Minh', 'Thanh', 'Quốc', 'Ngọc', 'Đức', 'Kim', 'Hữu'];
const givens = ['Bình', 'Dũng', 'Hà', 'Khôi', 'Lan', 'Mai', 'Phúc', 'Sơn', 'Tâm', 'Thảo', 'Thông', 'Yến'];

export type Manifest = {
  readonly apiVersion: string;
  readonly kind: 'Organization' | 'Mailbox';
  readonly metadata: { readonly name: string; readonly finalizers: readonly string[] };
  readonly spec: object;
};

export function organizationManifests(): readonly Manifest[] {
  return organizations.map((name, index) => ({
    apiVersion,
    kind: 'Organization',
    metadata: { name: `so-${index}`, finalizers: [finalizer] },
    spec: { name, state: 'Active' },
  }));
}

export function mailboxManifest(name: string, index: number): Manifest {
  return {
    apiVersion,
    kind: 'Mailbox',
    // As the manifests that our tools write.
    metadata: { name, finalizers: [finalizer] },
    spec: {
      organizationRef: { name: `so-${index % organizations.length}` },
      type: 'Personal',
      person: { fullName: fullName(index) },
      state: 'Active',
    },
  };
}

export function fullName(index: number): string {
  const given = givens[index % givens.length];
  const family = families[Math.floor(index / givens.length) % families.length];
  const middle = middles[Math.floor(index / givens.length / families.length) % middles.length];
  return `${family} ${middle} ${given}`;
}
