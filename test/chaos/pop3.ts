/** A mail program that looks by POP3 (RFC 1939) how much there is, and leaves it there. */
import { hostPort } from '../e2e/support/cluster.ts';
import { LineClient } from '../e2e/support/line-client.ts';
import { authorityOf, type Person } from '../e2e/support/person.ts';

/** @returns how many letters there are @throws Error with what the server said instead */
export async function countByPop3({ site, address, password }: Person): Promise<number> {
  const peer = { port: hostPort(site, 'pop3s'), servername: site.hosts.mail, ca: await authorityOf(site) };
  const client = await LineClient.overTls(peer);
  try {
    await client.expect(/^\+OK .*\r\n/);
    const ask = async (line: string) => {
      const answer = await client.say(line, /^(\+OK|-ERR).*\r\n/);
      if (!answer.startsWith('+OK')) throw new Error(`POP3: ${answer.trim()}`);
      return answer;
    };
    await ask(`USER ${address}`);
    await ask(`PASS ${password}`);
    const [, count] = (await ask('STAT')).split(' ');
    await ask('QUIT');
    return Number(count);
  } finally {
    client.end();
  }
}
