/** One letter of the clerk, as the clerk sends it: `letter-program.ts LETTER SENDER`. Prints what came of it. */
import { readFile } from 'node:fs/promises';
import { ports, serviceHost } from '../../../charts/endpoints.ts';
import { SmtpLetters } from '../../../clerk/smtp.ts';
import { renderPdf } from '../../../documents/pdf.ts';
import { Blocked, Unavailable } from '../../../operator/errors.ts';
import { socTrang as site } from '../../support/sites.ts';

const [letter = '{}', address = ''] = process.argv.slice(2);
const file = (name: string) => () => readFile(`/run/tls/${name}`, 'utf8');
const letters = new SmtpLetters({
  host: serviceHost('postfix', site.namespaces.smtp),
  // Here no Service stands between the two ends.
  port: ports.notices.container,
  ca: file('ca.crt'),
  certificate: file('tls.crt'),
  key: file('tls.key'),
  from: { name: `Hộp thư ${site.title}`, address },
});
const content = await renderPdf({ title: 'BÁO CÁO', blocks: [], author: 'Trung tâm', created: new Date(0) });
try {
  await letters.send(JSON.parse(letter), [{ filename: 'bao-cao.pdf', content, type: 'application/pdf' }]);
  console.log('sent');
} catch (error) {
  if (!(error instanceof Blocked || error instanceof Unavailable)) throw error;
  console.log(`${error.name}: ${error.message}`);
}
