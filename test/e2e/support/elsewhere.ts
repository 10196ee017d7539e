/** Logins from another address than the tests': from a pod that is nobody's. */
import { serviceHost } from '../../../charts/endpoints.ts';
import type { Site } from '../../../operator/core/site.ts';
import { kubectl } from '../../kind/install.ts';
import { testCluster } from './cluster.ts';
import { authorityOf } from './person.ts';
import { startStranger } from './stranger.ts';

export type LogIn = {
  readonly service: 'imaps' | 'submissions';
  readonly user: string;
  readonly password: string;
};

export type Elsewhere = {
  /** All at once; gives of each whether it was let in. */
  logIn(attempts: readonly LogIn[]): Promise<boolean[]>;
};

/** Runs in the pod; reads attempts from standard input, so that no password is in an argument. */
const program = `
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
const { ca, hosts, attempts } = JSON.parse(readFileSync(0, 'utf8'));
const dialogues = {
  imaps: (user, password) => [[/^\\* OK/m, 'a LOGIN "' + user + '" "' + password + '"'], [/^a (OK|NO)/m]],
  submissions: (user, password) => [
    [/^220 /m, 'EHLO elsewhere.test'],
    [/^250 /m, 'AUTH PLAIN ' + Buffer.from('\\0' + user + '\\0' + password).toString('base64')],
    [/^(235|535)/m],
  ],
};
const logIn = ({ service, user, password }) => new Promise((resolve, reject) => {
  const { host, port } = hosts[service];
  const socket = connect({ host, port, ca, servername: host });
  const steps = dialogues[service](user, password);
  let text = '';
  socket.setEncoding('utf8').on('error', reject).on('close', () => reject(new Error('closed after ' + text)));
  socket.on('data', (data) => {
    text += data;
    const [[answer, say]] = steps;
    const found = answer.exec(text);
    if (found === null) return;
    text = '';
    steps.shift();
    if (say !== undefined) return socket.write(say + '\\r\\n');
    resolve(['OK', '235'].includes(found[1]));
    socket.destroy();
  });
});
process.stdout.write(JSON.stringify(await Promise.all(attempts.map(logIn))));
`;

/** One pod, hence one address, for as long as it runs. */
export async function elsewhere(site: Site): Promise<Elsewhere> {
  const { mail, smtp } = site.namespaces;
  const { namespace, name } = await startStranger('hopthu-elsewhere');
  const ca = await authorityOf(site);
  const hosts = {
    imaps: { host: serviceHost('dovecot', mail), port: 993 },
    submissions: { host: serviceHost('postfix', smtp), port: 465 },
  };
  const node = ['-n', namespace, 'exec', '-i', name, '--', 'node', '--input-type=module', '-e', program];
  return {
    logIn: async (attempts) =>
      JSON.parse(await kubectl(testCluster(), node, JSON.stringify({ ca, hosts, attempts }))) as boolean[],
  };
}
