/** How a telephone or a mail program is set up: the table, where it is found by itself, and a QR code that leads there (R2). */
import encodeQR from 'qr';
import type { Html } from '../../operator/core/page-template.ts';
import { devicesPath } from '../../operator/core/portal.ts';
import type { Site } from '../../operator/core/site.ts';
import type { Pages } from '../frame.ts';

/** Ports of the mail host, as people reach them. */
export type MailPorts = Readonly<Record<'imaps' | 'pop3s' | 'submissions' | 'submission', number>>;

/** @param address that is shown as an example of a login name */
export function settings(pages: Pages, site: Site, ports: MailPorts, address: string): Html {
  const devicesUrl = `https://${site.hosts.webmail}${devicesPath}`;
  return pages.part('settings.html', {
    mailHost: site.hosts.mail,
    imapsPort: ports.imaps,
    popPort: ports.pop3s,
    submissionsPort: ports.submissions,
    submissionPort: ports.submission,
    example: address,
    profilePath: '/profile.mobileconfig',
    autoconfigPath: '/.well-known/autoconfig/mail/config-v1.1.xml',
    autodiscoverPath: '/autodiscover/autodiscover.xml',
    devicesPath,
    devicesUrl,
    qr: { html: encodeQR(devicesUrl, 'svg', { ecc: 'medium', border: 2 }) },
  });
}
