/** Letters of some 10 kB as officials write them, each another one; the same in every run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const words =
  'kính gửi sở nội vụ ủy ban nhân dân tỉnh về việc triển khai kế hoạch cải cách hành chính năm báo cáo kết quả thực hiện ' +
  'nhiệm vụ được giao theo công văn số đề nghị các đơn vị phối hợp tổ chức rà soát hoàn thiện hồ sơ trình phê duyệt trước ' +
  'ngày thứ tư tuần sau văn phòng tổng hợp ý kiến góp dự thảo quyết định quy chế quản lý sử dụng hộp thư điện tử';
const vocabulary = words.split(' ');
const bytes = 10_000;

/** Park and Miller's generator: any will do, as long as it is the same tomorrow. */
function dice(seed: number): (faces: number) => number {
  let state = (seed % 2_147_483_646) + 1;
  return (faces) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % faces;
  };
}

function letter(number: number): string {
  const roll = dice(number + 1);
  const headers = [
    'From: Van phong <vanphong@example.org>',
    'To: Van thu <vanthu@example.org>',
    `Subject: Bao cao so ${number}`,
    'Date: Thu, 26 Nov 2026 08:00:00 +0700',
    `Message-ID: <${number}.${roll(1e9)}@example.org>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ];
  const lines: string[] = [];
  for (let size = 0; size < bytes; ) {
    const line = Array.from({ length: 12 }, () => vocabulary[roll(vocabulary.length)]);
    // A number now and then, so that an index grows as it does in life.
    if (roll(3) === 0) line.push(`${roll(100_000)}/CV`);
    const text = line.join(' ');
    lines.push(text);
    size += Buffer.byteLength(text) + 2;
  }
  return `${headers.join('\n')}\n\n${lines.join('\n')}\n`;
}

/** Writes letters `from`, `from + 1`, … as files of their numbers. */
export function writeLetters(folder: string, from: number, count: number): void {
  for (let number = from; number < from + count; number += 1)
    writeFileSync(join(folder, `${number}`), letter(number));
}
