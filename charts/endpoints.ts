/** Where the parts listen. Service ports are the standard ones; daemons without root listen above 1024. */

/** A host name inside the cluster and a port. */
export type Endpoint = { readonly host: string; readonly port: number };

type Port = { readonly service: number; readonly container: number };

/** `service` is what clients use, `container` what the daemon binds. */
export const ports = {
  ldaps: { service: 636, container: 1636 },
  /** Where two providers answer searches together. */
  ldapsRead: { service: 1638, container: 1638 },
  /** Each slapd of two, behind the front that leads clients to the active one. */
  provider: { service: 1637, container: 1637 },
  /** Whether a provider of two may be used; the other's front and the kubelet ask. */
  providerHealth: { service: 8080, container: 8080 },
  smtp: { service: 25, container: 2525 },
  submissions: { service: 465, container: 4465 },
  submission: { service: 587, container: 5587 },
  imaps: { service: 993, container: 9993 },
  pop3s: { service: 995, container: 9995 },
  sieve: { service: 4190, container: 9419 },
  /** Each of several Dovecots, for the proxies before them: STARTTLS. */
  shardImap: { service: 143, container: 9143 },
  shardPop3: { service: 110, container: 9110 },
  /** Whole accounts, read by another Dovecot of the site that fetches them; it knows them by certificate. */
  carrier: { service: 8445, container: 8445 },
  /** Dovecot's delivery, SASL and quota policy services, each behind a tunnel (`loopback` says why). */
  lmtpTunnel: { service: 24, container: 9124 },
  saslTunnel: { service: 9012, container: 9112 },
  quotaTunnel: { service: 9340, container: 9440 },
  /** Where the operator brings notices to Postfix, which knows it by certificate. */
  notices: { service: 9587, container: 9687 },
  /** Where Dovecot brings replies of people who are away; Postfix knows it by certificate. */
  replies: { service: 9589, container: 9689 },
  /** Where Postfix brings the clerk letters to service addresses; the clerk knows it by certificate. */
  intake: { service: 9591, container: 9691 },
  /** Dovecot's API, where the operator ends sessions; TLS and a key. */
  sessions: { service: 8443, container: 8443 },
  /** The store of whole accounts beside Dovecot; for the operator, by certificate. */
  store: { service: 8444, container: 8444 },
  /** The repository of the backups where it is a volume; TLS and a password. */
  repository: { service: 8000, container: 8000 },
  /** rspamd's milter for Postfix, and its controller, where Dovecot brings what people moved in or out of Junk. */
  milterTunnel: { service: 11332, container: 11432 },
  learnTunnel: { service: 11334, container: 11434 },
  postgresql: { service: 5432, container: 5432 },
  webmail: { service: 443, container: 8443 },
  /** The webmail's web server hands over to it; TLS, both ends by certificate. */
  portal: { service: 8445, container: 8445 },
  /** Sends browsers on to `webmail`. */
  http: { service: 80, container: 8081 },
  /** Health and metrics of the operator, of the throttle in Dovecot's pod, of the filter and of the portal. */
  operator: { service: 8080, container: 8080 },
  /** Metrics that daemons, or exporters beside them, have themselves. */
  exporter: { service: 9100, container: 9100 },
} as const satisfies Record<string, Port>;

export type PortName = keyof typeof ports;

/**
 * Dovecot's services without TLS or login of their own. It listens for them on 127.0.0.1 alone, and Postfix finds them
 * on its own 127.0.0.1: between the two runs a tunnel whose ends know each other by certificate. Postfix's listener for
 * the operator's notices is behind such a tunnel, too.
 */
export const loopback = {
  lmtp: 9024,
  sasl: 9012,
  quota: 9340,
  /** With several Dovecots, the first of as many ports as there are: each finds the others' accounts there. */
  carrier: 9880,
  /** Dovecot asks the throttle beside it before each login. */
  throttle: 9500,
  /** Postfix takes the operator's notices. */
  notices: 9588,
  /** Dovecot's replies of people who are away, at both ends of the tunnel. */
  replies: 9590,
  /** The clerk, for copies of letters to service addresses. */
  clerk: 9592,
  /** rspamd, at both ends of the tunnel, and what lies in its pod. */
  milter: 11332,
  controller: 11334,
  valkey: 6379,
  clamd: 3310,
} as const;

/** Where the kubelet asks whether a part is ready; no Service leads there. */
export const readyPorts = { dovecot: 9701, postfix: 9702 } as const;

/** The full name of a Service, which resolves without a search list and stands in its certificate. */
export function serviceHost(service: string, namespace: string): string {
  return `${service}.${namespace}.svc.cluster.local`;
}
