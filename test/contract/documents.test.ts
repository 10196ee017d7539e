/** What a reader finds and copies in a PDF: asked of a program that reads it, not of the one that wrote it. */
import { expect, it } from '@jest/globals';
import { execa } from 'execa';
import { renderPdf } from '../../documents/pdf.ts';
import { paper } from '../unit/documents/samples.ts';

it('Vietnamese text can be searched and copied from a PDF, and its fonts are in it', async () => {
  const input = await renderPdf(paper);
  const { stdout } = await execa('pdftotext', ['-layout', '-', '-'], { input });
  const text = stdout.normalize('NFC').replace(/\s+/g, ' ');
  for (const wanted of [
    'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM',
    'Độc lập - Tự do - Hạnh phúc',
    'Ưu đãi, nghĩa vụ, thuở ấy: “đủ dấu” – ỷ, ỹ, ẵ, ẳ, ặ, Ẫ, Ữ, đ Đ.',
    'Tình hình hoạt động tháng 10 năm 2026',
    '12.346,5',
    'Thư gửi & nhận',
    'Kx7m-Qp4r',
    'Nguyễn Văn Đạt',
  ])
    expect(text).toContain(wanted);
  expect(stdout.split('\f')[1]).toContain('Trang hai.');
  const fonts = (await execa('pdffonts', ['-'], { input })).stdout.split('\n').slice(2);
  expect(fonts.length).toBeGreaterThan(1);
  for (const line of fonts) expect(line).toMatch(/Tinos.* yes yes yes /);
  expect((await execa('pdfinfo', ['-'], { input })).stdout).toMatch(/^Title: +BÁO CÁO Tình hình hoạt động/m);
});
