/** An official reads mail in a browser, in Vietnamese. */
import { expect, it } from '@jest/globals';
import type { Site } from '../../../operator/core/site.ts';
import { openWebmail } from './browser.ts';
import { hostPort } from './cluster.ts';
import { authorityOf } from './person.ts';
import { people } from './resources.ts';

/** At a site. */
export function webmailJourney(site: Site): void {
  it('an official logs in and reads "Công văn số 17"', async () => {
    const { 'web-sender': sender, 'web-reader': reader } = await people(site, {
      'web-sender': 'Huỳnh Văn Soạn',
      'web-reader': 'Huỳnh Thị Đọc',
    });
    if (sender === undefined || reader === undefined) throw new Error('nobody to write');
    await sender.send({
      to: reader.address,
      subject: 'Công văn số 17',
      text: 'Kính gửi: Ủy ban nhân dân huyện Mỹ Xuyên',
    });
    const webmail = await openWebmail(site, {
      caPem: await authorityOf(site),
      port: hostPort(site, 'webmail'),
    });
    try {
      await webmail.screenshot(`${site.name}-login`);
      await webmail.login(reader.address, reader.password);
      const message = await webmail.readMessage('Công văn số 17');
      await webmail.screenshot(`${site.name}-message`);
      expect(message).toEqual({
        subject: 'Công văn số 17',
        from: sender.address,
        text: expect.stringContaining('Ủy ban nhân dân huyện Mỹ Xuyên'),
      });
      expect(webmail.violations).toEqual([]);
    } finally {
      await webmail.close();
    }
  });
}
