/** A letter with a list, as Postfix would hand it to the clerk. */
import { createTransport } from 'nodemailer';
import { requestTextFiles } from '../../../charts/request-texts.ts';
import { Intake, type Seen } from '../../../clerk/intake/intake.ts';
import { KubeRequests } from '../../../clerk/intake/kube-requests.ts';
import { filesOf } from '../../../clerk/intake/reading.ts';
import type { Letters, RequestCluster } from '../../../clerk/ports.ts';
import { findingsFile } from '../../../operator/core/requests/findings.ts';
import { intakeTexts } from '../../../operator/core/requests/intake-texts.ts';
import type { Site } from '../../../operator/core/site.ts';
import { connectKubernetes } from '../../../operator/kube/client.ts';
import { people, sheet, xlsx } from '../../unit/clerk/intake/lists.ts';
import type { ApiServer } from '../kube-support/api-server.ts';
import { kubeConfigOf } from '../kube-support/worlds.ts';

export type World = {
  readonly server: ApiServer;
  readonly cluster: RequestCluster;
  readonly letters: Letters;
  /** Whose rights the clerk has. */
  readonly user: string;
};

/** The letter of `soyt@`, handed over twice; gives what was seen of it. */
export async function sendTwice(
  site: Site,
  { server, cluster, letters, user }: World,
): Promise<readonly Seen[]> {
  const config = kubeConfigOf(server);
  config.users = config.users.map((one) => ({ ...one, impersonateUser: user }));
  const seen: Seen[] = [];
  const files = requestTextFiles(site);
  const intake = new Intake({
    site,
    texts: intakeTexts(files),
    mailboxes: async () => (await cluster.snapshot()).mailboxes,
    requests: new KubeRequests(connectKubernetes(config)),
    letters,
    files: (raw) => filesOf(raw, files[findingsFile] ?? ''),
    clock: () => new Date(),
    observe: (one) => seen.push(one),
  });
  const sender = `soyt@${site.domain}`;
  const { message } = await createTransport({ streamTransport: true, buffer: true }).sendMail({
    from: sender,
    to: `admin@${site.domain}`,
    subject: 'Đề nghị cấp hộp thư',
    messageId: '<1@test>',
    attachments: [{ filename: 'ds.xlsx', content: Buffer.from(xlsx(sheet(people))) }],
  });
  const handed = { sender, services: ['admin'], raw: message as Buffer };
  for (const _ of [1, 2]) await intake.take(handed);
  return seen;
}
