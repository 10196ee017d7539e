/** A name server that knows no name: whoever looks one up is answered at once, as where a data centre has a resolver. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const noSuchName = 0x8183;

/** @returns how to stop it */
export async function serveNoNames(address: string): Promise<() => void> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address: asker }) => {
    // The question without what may come after it (EDNS), whose counts are set to none.
    let end = 12;
    while ((query[end] ?? 0) !== 0) end += (query[end] ?? 0) + 1;
    const answer = Buffer.from(query.subarray(0, end + 5));
    if (answer.length < 17) return;
    answer.writeUInt16BE(noSuchName, 2);
    answer.fill(0, 6, 12);
    socket.send(answer, port, asker);
  });
  socket.bind(53, address);
  await once(socket, 'listening');
  return () => socket.close();
}
