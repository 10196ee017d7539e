/** R32 as rows: what a message says of itself, and whether it may travel. */

export type Marking = {
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

const cell = (text: string) =>
  `<table><tr><td>UBND TỈNH</td><td><b>${text}</b></td></tr></table><p>Kính gửi</p>`;
const lines = (count: number) => Array.from({ length: count }, (_, index) => `dòng ${index}`).join('\n');

/** Marked secret: refused. */
export const secret: readonly Marking[] = [
  { subject: '[MẬT] Công văn số 12' },
  { subject: 'Mật - Kế hoạch' },
  { subject: 'TỐI MẬT: phương án' },
  { subject: 'Công văn (Tuyệt mật)' },
  { subject: 'Độ mật: Tối mật' },
  { subject: 'Do mat: Toi mat' },
  { subject: '[TOI MAT] Ke hoach' },
  { subject: 'Re: MAT - cong van 5' },
  { subject: 'tuyet mat – x' },
  { subject: 'V/v báo cáo mật quý III' },
  { subject: 'Tài liệu tối mật gửi kèm' },
  { subject: 'Kế hoạch tuyệt mật'.normalize('NFD') },
  { text: 'MẬT\n\nKính gửi: Sở Nội vụ' },
  { text: '\n\n   Tối mật\nSố: 12/BC' },
  { text: 'UBND TỈNH SÓC TRĂNG          MẬT\nSố: 12/BC' },
  { text: 'UBND TỈNH SÓC TRĂNG\tTUYET MAT' },
  { text: 'Số: 12/BC\nĐộ mật: Tối mật' },
  { text: 'Số: 12/BC. Mức độ mật: Mật. Bản số 3' },
  { text: '*** TUYỆT MẬT ***' },
  { text: 'Do mat: Mat. So 12' },
  { text: 'TOI MAT' },
  { text: `${lines(9)}\nMẬT` },
  { text: 'x', html: cell('MẬT') },
  { text: 'x', html: cell('TUY&#7878;T M&#7852;T') },
  { text: 'x', html: '<p style="color:red">T&#7888;I M&#7852;T</p><p>Kính gửi</p>' },
  { headers: { 'X-Do-Mat': 'Tối mật' } },
  { headers: { 'Do-Mat': 'mat' } },
];

/** Ordinary words and other marks: let through. */
export const ordinary: readonly Marking[] = [
  { subject: 'Bảo mật thông tin' },
  { subject: 'Bảo vệ bí mật nhà nước' },
  { subject: 'Mật ong rừng U Minh' },
  { subject: 'mat ong rung' },
  { subject: 'bao mat, bi mat va mat khau' },
  { subject: 'Đổi mật khẩu' },
  { subject: 'Mật độ dân số' },
  { subject: 'Khoa Gan Mật mời họp' },
  { subject: 'Toi mat dien thoai' },
  { subject: 'Mất - tìm đồ' },
  { subject: 'Mắt: khám miễn phí' },
  { subject: 'Độ mật: Thường' },
  { text: 'Kính gửi: Sở Y tế\nĐề nghị bảo mật, giữ bí mật.\nMật ong còn 5 chai.\nđường, mật, sữa' },
  { text: 'Mật khẩu của anh: x' },
  { text: 'Mặt\nMất' },
  { text: `${lines(10)}\nMẬT` },
  { text: 'x', html: cell('Mật độ') },
  { headers: { 'X-Do-Mat': 'Thường' } },
  { headers: { Sensitivity: 'Personal' } },
];
