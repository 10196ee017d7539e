/** The list that the regulations' annex asks for (R20), and what Hộp Thư adds to it. */
import type { Column, Columns, FormRow } from './columns.ts';
import { keyOf } from './columns.ts';

const column = (title: string, ...synonyms: readonly string[]): Column => ({ title, synonyms });
const required = (title: string, ...synonyms: readonly string[]): Column => ({
  ...column(title, ...synonyms),
  required: true,
});

/** In the order of the form; the columns after `note` are ours and may be left out. */
export const annexColumns = {
  index: column('Số thứ tự', 'STT', 'Số TT', 'TT'),
  name: required('Họ và tên', 'Họ tên', 'Họ, tên'),
  title: column('Chức vụ', 'Chức danh'),
  organization: required('Đơn vị', 'Đơn vị công tác', 'Cơ quan, đơn vị', 'Tên đơn vị'),
  request: required('Loại yêu cầu', 'Yêu cầu'),
  address: column('Địa chỉ hiện có', 'Địa chỉ thư điện tử hiện có', 'Hộp thư hiện có', 'Địa chỉ thư điện tử'),
  phone: column('Điện thoại', 'Số điện thoại'),
  id: column('Mã cán bộ', 'Mã số cán bộ', 'Mã CBCC', 'Mã CBCCVC'),
  note: column('Ghi chú'),
  newAddress: column('Địa chỉ mới', 'Địa chỉ thư điện tử mới', 'Tên truy cập mới'),
  aliases: column('Địa chỉ phụ', 'Bí danh'),
  quota: column('Hạn mức', 'Dung lượng'),
  state: column('Trạng thái'),
  validUntil: column('Hiệu lực đến', 'Có giá trị đến', 'Thời hạn'),
  registeredAt: column('Thời điểm đăng ký'),
  resource: column('Tên tài nguyên'),
} satisfies Record<string, Column>;

export type AnnexField = keyof typeof annexColumns;
export type AnnexRow = FormRow<AnnexField>;
/** The same, with every column's options visible. */
export const annexForm: Columns<AnnexField> = annexColumns;

/** Widths of the columns in XLSX, in characters. */
export const annexWidths: Readonly<Record<AnnexField, number>> = {
  index: 8,
  name: 28,
  title: 20,
  organization: 40,
  request: 18,
  address: 34,
  phone: 14,
  id: 14,
  note: 24,
  newAddress: 24,
  aliases: 24,
  quota: 10,
  state: 12,
  validUntil: 14,
  registeredAt: 24,
  resource: 32,
};

export type RequestKind = 'grant' | 'rename' | 'reset' | 'cancel';

/** R20: the four kinds of request, as they are written by us. */
export const requestTitles: Readonly<Record<RequestKind, string>> = {
  grant: 'cấp mới',
  rename: 'đổi tên truy cập',
  reset: 'cấp lại mật khẩu',
  cancel: 'hủy',
};

const requestSynonyms: Readonly<Record<string, RequestKind>> = {
  cap: 'grant',
  'tao moi': 'grant',
  'doi ten': 'rename',
  'doi dia chi': 'rename',
  'dat lai mat khau': 'reset',
  'huy bo': 'cancel',
  'thu hoi': 'cancel',
};

/** @returns undefined for a text that is none of the four */
export function requestOf(text: string): RequestKind | undefined {
  const key = keyOf(text);
  const exact = (Object.keys(requestTitles) as RequestKind[]).find(
    (kind) => keyOf(requestTitles[kind]) === key,
  );
  return exact ?? requestSynonyms[key];
}

export type SpecState = 'Active' | 'Suspended';

/** How a mailbox's state is written in the table. */
export const stateTitles: Readonly<Record<SpecState, string>> = {
  Active: 'hoạt động',
  Suspended: 'tạm khóa',
};

/** @returns undefined for a text that is no state */
export function stateOf(text: string): SpecState | undefined {
  return (Object.keys(stateTitles) as SpecState[]).find((state) => keyOf(stateTitles[state]) === keyOf(text));
}
