/** A row that cannot be carried out, in Vietnamese: the reason goes back to who asked (R22). */
import { Invalid } from '../../operator/errors.ts';
import type { AnnexField } from './form.ts';

/** The cell at fault, and the row of the regulation that it breaks, where there is one. */
export type Fault = { readonly field?: AnnexField; readonly rule?: string };

export class Refused extends Error {
  override readonly name = 'Refused';
  readonly fault: Fault;
  constructor(message: string, fault: Fault = {}) {
    super(message);
    this.fault = fault;
  }
}

/** What is allowed in the fields that a row fills, by the path of the spec. */
const allowed: Readonly<Record<string, string>> = {
  'spec.person.fullName':
    'họ và tên: chỉ gồm chữ cái, khoảng trắng, dấu chấm, gạch nối và dấu nháy; nhiều nhất 128 ký tự',
  'spec.person.title': 'chức vụ: một dòng chữ, nhiều nhất 100 ký tự',
  'spec.person.id': 'mã cán bộ: một dòng chữ, nhiều nhất 64 ký tự',
  'spec.person.phone': 'điện thoại: chỉ gồm chữ số, khoảng trắng và + ( ) . / -',
  'spec.person.registeredAt': 'thời điểm đăng ký: theo dạng 2014-10-06T00:00:00Z',
  'spec.localPart':
    'địa chỉ mới: phần trước @ chỉ gồm a–z, 0–9 và dấu chấm, gạch nối, gạch dưới đơn ở giữa; nhiều nhất 64 ký tự',
  'spec.aliases': 'địa chỉ phụ: nhiều nhất 16, mỗi địa chỉ một lần, phần trước @ chỉ gồm a–z, 0–9, . - _',
  'spec.quota': 'hạn mức: một dung lượng như 500Mi hoặc 1Gi, nhiều nhất 8Ti',
  'spec.validUntil': 'hiệu lực đến: một ngày như 31/12/2027 hoặc 2027-12-31',
  'spec.name': 'tên: chỉ gồm chữ, số, khoảng trắng và dấu câu thông thường; nhiều nhất 200 ký tự',
  'spec.abbreviation':
    'tên viết tắt: chỉ gồm a–z, 0–9 và dấu chấm, gạch nối, gạch dưới đơn ở giữa; nhiều nhất 40 ký tự',
};

const faults: Readonly<Record<string, Fault>> = {
  'spec.person.fullName': { field: 'name', rule: 'R13' },
  'spec.person.title': { field: 'title', rule: 'R14' },
  'spec.person.id': { field: 'id' },
  'spec.person.phone': { field: 'phone' },
  'spec.person.registeredAt': { field: 'registeredAt', rule: 'R14' },
  'spec.localPart': { field: 'newAddress', rule: 'R16' },
  'spec.aliases': { field: 'aliases' },
  'spec.quota': { field: 'quota', rule: 'R30' },
  'spec.validUntil': { field: 'validUntil' },
};

/** What `decide` gives; an Invalid of the spec becomes the reason in Vietnamese. */
export function orRefused<T>(decide: () => T): T {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const field = Object.keys(allowed).find(
      (path) => error.field === path || error.field.startsWith(`${path}.`),
    );
    throw new Refused(
      field === undefined ? error.message : (allowed[field] ?? error.message),
      faults[field ?? ''] ?? {},
    );
  }
}
