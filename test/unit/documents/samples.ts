/** Documents as the product makes them, small. */
import type { Document } from '../../../documents/model.ts';

export const paper: Document = {
  title: 'BÁO CÁO',
  subtitle: 'Tình hình hoạt động tháng 10 năm 2026',
  letterhead: {
    above: 'SỞ THÔNG TIN VÀ TRUYỀN THÔNG',
    office: 'TRUNG TÂM CÔNG NGHỆ THÔNG TIN',
    number: 'Số:       /BC',
    placeAndDate: 'Sóc Trăng, ngày 02 tháng 11 năm 2026',
  },
  blocks: [
    { kind: 'heading', text: 'I. HỘP THƯ' },
    { kind: 'paragraph', text: 'Ưu đãi, nghĩa vụ, thuở ấy: “đủ dấu” – ỷ, ỹ, ẵ, ẳ, ặ, Ẫ, Ữ, đ Đ.' },
    {
      kind: 'table',
      title: 'Số hộp thư: theo loại/trạng thái [10/2026]',
      columns: [{ title: 'Loại', width: 2 }, { title: 'Số lượng' }],
      rows: [
        ['Cá nhân', 12345],
        ['=HYPERLINK("http://example.org";"<b>xin</b>")', 1.5],
      ],
      total: ['Tổng cộng', 12346.5],
    },
    {
      kind: 'chart',
      form: 'line',
      title: 'Thư gửi & nhận',
      axis: 'Ngày',
      labels: ['01/10', '02/10', '03/10'],
      series: [
        { name: 'Gửi', values: [10, 250, 90] },
        { name: 'Nhận', values: [100, 120, 0] },
      ],
    },
    { kind: 'list', items: ['Một', 'Hai'] },
    { kind: 'fields', fields: [{ label: 'Mật khẩu', value: 'Kx7m-Qp4r', large: true }] },
    { kind: 'page-break' },
    { kind: 'paragraph', text: 'Trang hai.', style: 'note' },
  ],
  signature: {
    title: ['GIÁM ĐỐC'],
    name: 'Nguyễn Văn Đạt',
    receivers: { title: 'Nơi nhận:', list: ['Sở Thông tin và Truyền thông', 'Lưu: VT'] },
  },
  author: 'Trung tâm',
  created: new Date('2026-11-02T01:00:00Z'),
};
