/** How Postfix finds the Dovecot that has a mailbox: a transport and a quota service for each, by what the directory says. */
import { attribute } from '../../operator/core/layout.ts';
import type { Site } from '../../operator/core/site.ts';
import { type Endpoint, loopback, ports } from '../endpoints.ts';
import { isSharded, loopbackOf, type Shard, shardsOf } from '../shards.ts';

/** One LDAP map from these values, asked of the active directory unless another is named. */
export type MakeMap = (
  values: {
    readonly status: string;
    readonly attribute: string;
    readonly result: string;
    readonly format: string;
    readonly more?: string;
  },
  at?: Endpoint,
) => string;

function quotaOf(port: number): string {
  return `check_policy_service { inet:127.0.0.1:${port}, timeout=10s,
    { default_action = 451 4.3.0 Xin gui lai sau (mailbox server is unavailable) } }`;
}

/** Names of map files whose lookups say where a mailbox is; what is written down nowhere is at the first Dovecot. */
export function shardMaps(map: MakeMap): Readonly<Record<string, string>> {
  const host = attribute.mailHost;
  // One that is on its way is asked for nothing: its letters are taken, and wait here for a moment.
  const isThere = `(!(${attribute.mailMove}=hold*))`;
  return {
    'shard.cf': map({ status: '', attribute: 'mail', result: host, format: '%s:inet:127.0.0.1' }),
    'quota.cf': map({ status: isThere, attribute: attribute.address, result: host, format: 'quota_%s' }),
    'quota-first.cf': map({
      status: `(!(${host}=*))${isThere}`,
      attribute: attribute.address,
      result: 'mail',
      format: 'quota_dovecot-0',
    }),
  };
}

/** Every map that proxymap may open: by itself it looks at Postfix's own parameters alone, and not at a class of restrictions. */
const maps =
  'proxy_read_maps = $virtual_mailbox_maps $virtual_alias_maps $transport_maps $smtpd_sender_login_maps $smtpd_client_restrictions $smtpd_recipient_restrictions $known\n';

/** What several Dovecots add to each file; nothing where there is one. */
export function postfixShards(site: Site) {
  const check = quotaOf(loopback.quota);
  if (!isSharded(site))
    return { main: '', transports: '', classes: [], quotas: '', master: '', tunnels: '', quotaCheck: check };
  const shards = shardsOf(site);
  const lookups = ['quota', 'quota-first'].map(
    (map) => `check_recipient_access proxy:ldap:/run/maps/${map}.cf`,
  );
  return {
    // Each Dovecot is a transport of its own.
    transports: ', proxy:ldap:/run/maps/shard.cf',
    main: '# Each Dovecot is a transport of its own (master.cf), and a quota service.\n',
    classes: shards.map(({ name }) => `quota_${name}`),
    quotas:
      shards.map((shard) => `quota_${shard.name} = ${quotaOf(loopbackOf(shard).quota)}\n`).join('') + maps,
    master: shards.map(transport).join(''),
    tunnels: shards.slice(1).map(tunnels).join(''),
    quotaCheck: lookups.join(',\n  '),
  };
}

function transport(shard: Shard): string {
  return `${shard.name}  unix  - - n - -   lmtp -o lmtp_tcp_port=${loopbackOf(shard).lmtp}\n`;
}

function tunnels(shard: Shard): string {
  const tunnel = (name: 'lmtp' | 'quota', port: number) => `
[${name}-${shard.name}]
accept = 127.0.0.1:${loopbackOf(shard)[name]}
connect = ${shard.host}:${port}
checkHost = ${shard.host}
`;
  return tunnel('lmtp', ports.lmtpTunnel.service) + tunnel('quota', ports.quotaTunnel.service);
}
