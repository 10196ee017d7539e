/** Daemons of several pods on one machine, without Services: each has an address of its own in 127.31.0.0/16. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { ports } from '../../../charts/endpoints.ts';

/** What a Service leads to. */
function listenerOf(service: number): number {
  return Object.values(ports).find((port) => port.service === service)?.container ?? service;
}

/** @throws Error while nobody listens there */
export async function listens(host: string, port: number): Promise<void> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

const proxiedPort = `%{protocol | if('eq', 'imap', '${ports.shardImap.container}', '${ports.shardPop3.container}')}`;

/** A daemon's configuration on `at`, where a pod has 127.0.0.1 and all of its own; `DIRECTORY` is this machine's slapd. */
export function onAddress(at: string, config: string): string {
  return config
    .replaceAll(/accept = (:::|127\.0\.0\.1:)/g, `accept = ${at}:`)
    .replaceAll('127.0.0.1:', `${at}:`)
    .replaceAll('listen = 127.0.0.1', `listen = ${at}`)
    .replaceAll(/^auth_policy_server_url = .*$/gm, 'auth_policy_server_url =')
    .replaceAll(/(cluster\.local:)(\d+)/g, (_, host, port) => `${host}${listenerOf(Number(port))}`)
    .replaceAll('starttls = yes', `starttls = yes\n    port = ${proxiedPort}`)
    .replaceAll('DIRECTORY', '127.0.0.1');
}
