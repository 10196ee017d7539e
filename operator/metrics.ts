/** Prometheus metrics; names follow controller-runtime's where it has one. */
import { X509Certificate } from 'node:crypto';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type NoticeTopic, noticeTopics } from './api/mailbox.ts';
import { operatorLease } from './core/secrets.ts';
import type { ApiCluster } from './kube/api-cluster.ts';
import type { Election } from './kube/election.ts';
import type { Connection } from './ldap/connection.ts';
import type { MailWorker } from './reconcile/mail-worker.ts';
import type { Backlog, NoticeWorker } from './reconcile/notice-worker.ts';
import type { PassResult } from './reconcile/pass.ts';

/** Whose own counters are shown at every scrape. */
export type Sources = {
  readonly cluster: Pick<ApiCluster, 'informerCounters'>;
  readonly connection: Pick<Connection, 'state'>;
  readonly election: Pick<Election, 'leads'>;
  /** It sees everything, and leads never. */
  readonly planOnly?: boolean;
  readonly mail: Pick<MailWorker, 'waiting' | 'held'>;
  readonly notices: () => NoticeWorker['backlog'];
  /** The operator's own certificate, which is renewed with those of all parts. */
  readonly certificate: () => Promise<string>;
};

export type Metrics = {
  readonly registry: Registry;
  /** @param scope whether the whole site was looked at, or some changes */
  passed(result: PassResult, seconds: number, scope: 'site' | 'change'): void;
  failed(): void;
  /** A step with the mail of an account that ended was made, or failed. */
  stepped(step: string, succeeded: boolean): void;
  /** A notice went out, or failed. */
  noticed(topic: NoticeTopic, isSent: boolean): void;
  /** Usage was asked of so many mailboxes, of which so many answered. */
  swept(asked: number, read: number): void;
};

const nothing: Backlog = { count: 0, since: 0 };

/** @param site label of every series */
export function createMetrics(site: string, sources: Sources): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ site });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  showBacklog(registers, sources);
  showConnections(registers, sources);
  return { registry, ...passMetrics(registers, sources), ...workMetrics(registers) };
}

type Registers = Registry[];

function passMetrics(
  registers: Registers,
  { election, planOnly }: Sources,
): Pick<Metrics, 'passed' | 'failed'> {
  const passes = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Passes by result: success, partial (a change failed) or error (the world could not be read), and by scope: the whole site, or what a change concerns.',
    labelNames: ['result', 'scope'],
    registers,
  });
  const time = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Length of a pass, by scope.',
    labelNames: ['scope'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const changes = new Counter({
    name: 'hopthu_directory_changes_total',
    help: 'Changes sent to the directory, by action.',
    labelNames: ['action'],
    registers,
  });
  const statusWrites = new Counter({
    name: 'hopthu_status_writes_total',
    help: 'Statuses written because they differed.',
    registers,
  });
  // Who leads no longer has seen nothing, instead of what it saw last: an alert on it would stay.
  const gaugeOfPass = (name: string, help: string) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        if (!election.leads && planOnly !== true) this.set(0);
      },
    });
  const mailboxes = gaugeOfPass('hopthu_mailboxes', 'Mailbox resources seen by the last pass.');
  const failing = gaugeOfPass('hopthu_failing_changes', 'Changes of the last pass that failed.');
  const held = gaugeOfPass('hopthu_held_changes', 'Changes that the guard holds until they are approved.');
  const orphans = gaugeOfPass(
    'hopthu_orphan_entries',
    'Entries of ours whose resource is gone without having been deleted in our sight.',
  );
  const planned = new Gauge({
    name: 'hopthu_planned_changes',
    help: 'Changes that an operator which only plans would make; 0 where it writes.',
    registers,
  });
  const last = new Gauge({
    name: 'hopthu_last_pass_timestamp_seconds',
    help: 'When the last complete pass ended.',
    registers,
  });
  return {
    passed(result, seconds, scope) {
      passes.inc({ result: result.failures > 0 ? 'partial' : 'success', scope });
      time.observe({ scope }, seconds);
      for (const { action } of result.changes) changes.inc({ action });
      statusWrites.inc(result.statusWrites);
      mailboxes.set(result.mailboxes);
      held.set(result.held);
      if (scope === 'change') return;
      failing.set(result.failures);
      planned.set(result.planned);
      orphans.set(result.orphans);
      last.setToCurrentTime();
    },
    failed() {
      passes.inc({ result: 'error', scope: 'site' });
    },
  };
}

/** Of what is done beside the passes. */
function workMetrics(registers: Registers): Pick<Metrics, 'stepped' | 'noticed' | 'swept'> {
  const steps = new Counter({
    name: 'hopthu_mail_steps_total',
    help: 'Steps with the mail of accounts that ended, by step and result.',
    labelNames: ['step', 'result'],
    registers,
  });
  const notices = new Counter({
    name: 'hopthu_notices_total',
    help: 'Notices to people, by topic and result.',
    labelNames: ['topic', 'result'],
    registers,
  });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const unread = gauge('hopthu_usage_unread', 'Mailboxes whose used bytes the last sweep could not read.');
  const swept = gauge(
    'hopthu_usage_timestamp_seconds',
    'When the used bytes of all mailboxes were last asked.',
  );
  return {
    stepped(step, succeeded) {
      steps.inc({ step, result: succeeded ? 'success' : 'error' });
    },
    noticed(topic, isSent) {
      notices.inc({ topic, result: isSent ? 'sent' : 'failed' });
    },
    swept(asked, read) {
      unread.set(asked - read);
      swept.setToCurrentTime();
    },
  };
}

/** What waits, as whoever does it knows at the moment. */
function showBacklog(registers: Registers, { election, mail, notices: backlog }: Sources): void {
  new Gauge({
    name: 'hopthu_mail_steps_waiting',
    help: 'Steps with the mail of accounts that wait or are under way.',
    registers,
    collect() {
      this.set(mail.waiting);
    },
  });
  new Gauge({
    name: 'hopthu_archives_held_back',
    help: 'Archives whose retention has ended, and that are so many that a person has to say so.',
    registers,
    collect() {
      this.set(mail.held.count);
    },
  });
  const waiting = (name: string, help: string, value: (one: Backlog) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['topic'],
      registers,
      collect() {
        const known = election.leads ? backlog() : new Map<NoticeTopic, Backlog>();
        for (const topic of noticeTopics) this.set({ topic }, value(known.get(topic) ?? nothing));
      },
    });
  waiting('hopthu_notices_waiting', 'Notices to people that are due and not sent.', ({ count }) => count);
  waiting(
    'hopthu_notices_waiting_seconds',
    'For how long the oldest of them has been waiting.',
    ({ count, since }) => (count === 0 ? 0 : Math.max(0, Date.now() - since) / 1000),
  );
}

/** The process itself and whom it talks to. */
function showConnections(
  registers: Registers,
  { cluster, connection, election, certificate }: Sources,
): void {
  new Gauge({
    name: 'leader_election_master_status',
    help: '1 in the process that holds the lease and writes.',
    labelNames: ['name'],
    registers,
    collect() {
      this.set({ name: operatorLease }, election.leads ? 1 : 0);
    },
  });
  new Gauge({
    name: 'hopthu_ldap_connected',
    help: '1 while a bound and verified session to the directory stands.',
    registers,
    collect() {
      this.set(connection.state().connectedSince === undefined ? 0 : 1);
    },
  });
  new Gauge({
    name: 'hopthu_ldap_reconnects',
    help: 'Sessions to the directory opened after the first one.',
    registers,
    collect() {
      this.set(connection.state().reconnects);
    },
  });
  new Gauge({
    name: 'hopthu_informer_restarts',
    help: 'Times that a watch was started anew after an error or silence, by informer.',
    labelNames: ['informer'],
    registers,
    collect() {
      for (const [informer, { restarts }] of Object.entries(cluster.informerCounters()))
        this.set({ informer }, restarts);
    },
  });
  new Gauge({
    name: 'hopthu_certificate_not_after_timestamp_seconds',
    help: "When the operator's certificate ends, and with it those of all parts.",
    registers,
    async collect() {
      const end = (pem: string) => new X509Certificate(pem).validToDate.getTime() / 1000;
      this.set(await certificate().then(end, () => Number.NaN));
    },
  });
}
