/**
 * The floor: Postfix and Dovecot from the same images in one pod, with what nobody can do without. People in a file, delivery by
 * LMTP over loopback, TLS for people, and the same passwords. A second one does what the regulation asks of ours as well.
 */

import { renderFile } from '../../../charts/config/render.ts';
import { tlsSecret } from '../../../operator/core/secrets.ts';
import type { Manifest } from '../../support/manifests.ts';

export type FloorProps = {
  readonly name: string;
  /** Quota (R30), Junk (R34), expiry (R37) and search, as ours has them. */
  readonly hasDuties: boolean;
  readonly namespace: string;
  readonly domain: string;
  readonly images: { readonly postfix: string; readonly dovecot: string };
  /** Local parts of the addresses. */
  readonly people: readonly string[];
  /** Argon2id in its encoded form. */
  readonly hash: string;
};

export const floorPorts = { smtp: 2525, imaps: 9993, lmtp: 9024, quota: 12340 } as const;

const askQuota = `smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:${floorPorts.quota}\n`;

function postfix({ domain, hasDuties }: FloorProps): Readonly<Record<string, string>> {
  return {
    'main.cf': `compatibility_level = 3.10
maillog_file = /dev/stdout
myhostname = mail.${domain}
mydestination =
local_recipient_maps =
alias_maps =
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = ${domain}
virtual_mailbox_maps = texthash:/etc/floor/mailboxes
virtual_transport = lmtp:inet:127.0.0.1:${floorPorts.lmtp}
smtpd_relay_restrictions = reject_unauth_destination
message_size_limit = 30000000
${hasDuties ? askQuota : ''}`,
    'master.cf': `${floorPorts.smtp} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`,
  };
}

const dovecot = `dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.0
base_dir = /run/dovecot
state_dir = /run/dovecot
log_path = /dev/stderr
protocols = imap lmtp
default_internal_user = vmail
default_internal_group = vmail
default_login_user = vmail
first_valid_uid = 5000
mail_uid = vmail
mail_gid = vmail
ssl = required
ssl_server_cert_file = /run/tls/tls.crt
ssl_server_key_file = /run/tls/tls.key
auth_mechanisms = plain
passdb passwd-file {
  passwd_file_path = /etc/floor/users
}
userdb passwd-file {
  passwd_file_path = /etc/floor/users
}
mail_driver = maildir
mail_path = ~/Maildir
namespace inbox {
  inbox = yes
}
service imap-login {
  chroot =
  restart_request_count = unlimited
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = ${floorPorts.imaps}
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    listen = 127.0.0.1
    port = ${floorPorts.lmtp}
  }
}
service anvil {
  chroot =
}
`;

/** Processes of lmtp and indexing as ours has them, too: else the duties would be measured with what starting them costs. */
const duties = `mailbox_list_index = yes
mail_plugins {
  quota = yes
  fts = yes
  fts_flatcurve = yes
}
namespace inbox {
  mailbox Trash {
    auto = subscribe
    autoexpunge = 30d
  }
  mailbox Junk {
    auto = subscribe
    autoexpunge = 30d
  }
}
quota "User quota" {
}
quota_storage_size = 500M
quota_status_success = DUNNO
fts flatcurve {
}
fts_autoindex = yes
language en {
  default = yes
  filters = normalizer-icu
}
language_tokenizers = generic email-address
language_filter_normalizer_icu_id = Any-Lower; NFKD; [: Nonspacing Mark :] Remove; [[:^ASCII:]] Latin-ASCII; NFC
sieve_script junk {
  type = before
  path = /etc/floor/junk.sieve
  bin_path = /run/dovecot/junk.svbin
}
protocol lmtp {
  mail_plugins {
    sieve = yes
  }
}
service lmtp {
  restart_request_count = 1000
}
service imap {
  restart_request_count = 100
}
service indexer-worker {
  executable = /usr/bin/nice -n 10 /usr/lib/dovecot/indexer-worker
  process_limit = 2
}
service quota-status {
  executable = quota-status -p postfix
  client_limit = 1
  inet_listener policy {
    listen = 127.0.0.1
    port = ${floorPorts.quota}
  }
}
`;

function config(props: FloorProps): Readonly<Record<string, string>> {
  const { domain, people, hash, hasDuties } = props;
  const addresses = people.map((person) => `${person}@${domain}`);
  return {
    ...postfix(props),
    'dovecot.conf': hasDuties ? `${dovecot}${duties}` : dovecot,
    'junk.sieve': renderFile('dovecot/junk.sieve'),
    mailboxes: `${addresses.map((address) => `${address} OK`).join('\n')}\n`,
    users: `${people.map((person, at) => `${addresses[at]}:{ARGON2ID}${hash}::::/srv/vmail/${person}::`).join('\n')}\n`,
  };
}

/** As the charts would write it. */
export function floorManifests(props: FloorProps): readonly Manifest[] {
  const { name: pod, namespace, images } = props;
  const mount = (name: string, mountPath: string, subPath?: string) => ({ name, mountPath, subPath });
  const containers = [
    {
      name: 'dovecot',
      image: images.dovecot,
      securityContext: { runAsUser: 5000, runAsGroup: 5000 },
      volumeMounts: [
        mount('config', '/etc/dovecot/dovecot.conf', 'dovecot.conf'),
        mount('config', '/etc/floor'),
        mount('tls', '/run/tls'),
        mount('run', '/run/dovecot'),
        mount('mail', '/srv/vmail'),
      ],
    },
    {
      name: 'postfix',
      image: images.postfix,
      command: ['/usr/sbin/postfix', 'start-fg'],
      volumeMounts: [
        mount('config', '/etc/postfix/main.cf', 'main.cf'),
        mount('config', '/etc/postfix/master.cf', 'master.cf'),
        mount('config', '/etc/floor'),
        mount('queue', '/var/spool/postfix'),
        mount('data', '/var/lib/postfix'),
      ],
    },
  ];
  const volumes = [
    { name: 'config', configMap: { name: pod } },
    { name: 'tls', secret: { secretName: tlsSecret('dovecot') } },
    { name: 'run', emptyDir: { medium: 'Memory' } },
    { name: 'data', emptyDir: {} },
  ];
  return [
    { kind: 'ConfigMap', metadata: { name: pod, namespace }, data: config(props) },
    {
      kind: 'StatefulSet',
      metadata: { name: pod, namespace },
      spec: {
        template: { metadata: { labels: {} }, spec: { containers, volumes } },
        volumeClaimTemplates: ['mail', 'queue'].map((name) => ({ metadata: { name } })),
      },
    },
  ];
}
