/** A site's stack on a kind cluster, seen from where it can be hurt: kubectl, and a root shell in the node. */
import { join } from 'node:path';
import { suffixOf } from '../../operator/core/layout.ts';
import { operatorLease } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { attempt, run } from '../kind/command.ts';
import { kubectl, type Target } from '../kind/install.ts';
import { findRuntime, type Runtime } from '../kind/runtime.ts';
import type { CheckedMailbox, Contents } from '../support/checker.ts';
import { parseLdif } from '../support/ldif.ts';
import { eventually } from './ledger.ts';

const cli = join(import.meta.dirname, '../../cli/main.ts');

type Secret = {
  readonly metadata: {
    readonly name: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly uid: string }[];
  };
  readonly data?: Readonly<Record<string, string>>;
};

export class Stack {
  readonly site: Site;
  /** Name of the site, or path of its file where that is not in `charts/sites`. */
  readonly siteFile: string;
  readonly target: Target;
  readonly #runtime: Runtime;
  readonly #node: string;

  private constructor(site: Site, siteFile: string, target: Target, runtime: Runtime) {
    this.site = site;
    this.siteFile = siteFile;
    this.target = target;
    this.#runtime = runtime;
    this.#node = `${target.context.replace(/^kind-/, '')}-control-plane`;
  }

  /** @throws Error when the cluster is none of kind's on this machine */
  static async on(target: Target, site: Site): Promise<Stack> {
    const runtime = await findRuntime();
    if (runtime === undefined)
      throw new Error('neither docker nor podman is here: drills need a kind cluster');
    const stack = new Stack(site, site.name, target, runtime);
    await stack.inNode('true');
    return stack;
  }

  /** The same stack after its site file was changed. */
  changed(site: Site, siteFile: string): Stack {
    return new Stack(site, siteFile, this.target, this.#runtime);
  }

  /** `kubectl hopthu` for this site. @returns standard output */
  hopthu(args: readonly string[], input = ''): Promise<string> {
    const options = ['--site', this.siteFile, '--context', this.target.context];
    return run(process.execPath, [cli, ...args, ...options], { input });
  }

  /** kubectl in the namespace of the site's resources. */
  accounts(args: readonly string[], input?: string): Promise<string> {
    return kubectl(this.target, ['-n', this.site.namespaces.accounts[0] ?? '', ...args], input);
  }

  /** kubectl in the namespace of the directory and the operators. */
  mail(...args: readonly string[]): Promise<string> {
    return kubectl(this.target, ['-n', this.site.namespaces.mail, ...args]);
  }

  /** Letters that wait at Postfix are tried again now. */
  async flushQueue(): Promise<void> {
    const command = ['exec', 'postfix-0', '-c', 'postfix', '--', 'postqueue', '-f'];
    await kubectl(this.target, ['-n', this.site.namespaces.smtp, ...command]);
  }

  /** Creates an object beside the operators. */
  async create(manifest: object): Promise<void> {
    const args = ['-n', this.site.namespaces.mail, 'create', '-f', '-'];
    await kubectl(this.target, args, JSON.stringify(manifest));
  }

  /** The standard output of a shell script that root runs in the node. @throws CommandFailed */
  inNode(script: string): Promise<string> {
    const args = ['exec', this.#node, 'sh', '-ec', script];
    return run(this.#runtime.command, args, { env: this.#runtime.environment, timeoutSeconds: 120 });
  }

  /** Process id, in the node, of the first process of a container; of a pod's only one, where none is named. */
  async pidOf(pod: string, container?: string): Promise<string> {
    const which = container === undefined ? '0' : `?(@.name=="${container}")`;
    const id = await this.mail(
      'get',
      'pod',
      pod,
      '-o',
      `jsonpath={.status.containerStatuses[${which}].containerID}`,
    );
    const tasks = await this.inNode('ctr --namespace k8s.io tasks list');
    const pid = new RegExp(`^${id.replace('containerd://', '')}\\s+(\\d+)`, 'm').exec(tasks)?.[1];
    if (pid === undefined) throw new Error(`${pod} has no process`);
    return pid;
  }

  /** Sends a signal such as KILL or STOP to the process of a pod, or of one of its containers. */
  async signal(pod: string, signal: string, container?: string): Promise<void> {
    await this.inNode(`kill -${signal} ${await this.pidOf(pod, container)}`);
  }

  /** Name of the pod whose operator holds the Lease. */
  leader(): Promise<string> {
    return this.mail('get', 'lease', operatorLease, '-o', 'jsonpath={.spec.holderIdentity}');
  }

  /** What the guard holds of this site is given up: the resources go, the accounts stay. */
  async rejectHeldPlan(): Promise<void> {
    await this.hopthu(['reject', await this.heldPlan()]);
  }

  /** Hash of a plan that the guard holds, or nothing. */
  async heldPlan(): Promise<string> {
    return / ([0-9a-f]{12})$/m.exec(await this.hopthu(['approve']))?.[1] ?? '';
  }

  /** Whether the API server answers. */
  async answers(): Promise<boolean> {
    const { kubectl: program, context } = this.target;
    const ask = ['--context', context, '--request-timeout=3s', 'get', '--raw', '/readyz'];
    return (await attempt(program, ask)) === 'ok';
  }

  /** Everything there is of the site, the directory read past slapd. */
  async contents(): Promise<Contents> {
    const [resources, secrets, ldif] = await Promise.all([
      this.accounts(['get', 'mailboxes,organizations', '-o', 'json']),
      this.accounts(['get', 'secrets', '-o', 'json']),
      this.slapcat(),
    ]);
    const all = itemsOf<CheckedMailbox & { readonly kind: string }>(resources);
    return {
      mailboxes: all.filter(({ kind }) => kind === 'Mailbox'),
      organizations: all.filter(({ kind }) => kind === 'Organization'),
      entries: parseLdif(ldif),
      secrets: itemsOf<Secret>(secrets).flatMap(({ metadata, data = {} }) => {
        const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'Mailbox');
        const password = Buffer.from(data['password'] ?? '', 'base64').toString();
        return owner === undefined ? [] : [{ name: metadata.name, ownerUid: owner.uid, password }];
      }),
    };
  }

  /** Entries of which two providers do not have the same, every attribute compared; none where there is one. */
  async divergence(seconds = 60): Promise<readonly string[]> {
    if (this.site.directory.replicas === 1) return [];
    let found: readonly string[] = [];
    await eventually(seconds, async () => {
      const [ours, theirs] = await Promise.all([this.slapcat('openldap-0'), this.slapcat('openldap-1')]);
      const both = [entriesOf(ours), entriesOf(theirs)] as const;
      found = [...new Set(both.flatMap((entries) => [...entries.keys()]))].filter(
        (dn) => both[0].get(dn) !== both[1].get(dn),
      );
      if (found.length > 0) throw new Error('the providers differ');
    }).catch(() => undefined);
    return found.map((dn) => `${dn}: not the same at both providers`);
  }

  /** Mailboxes as the API server has them, by a label. */
  async mailboxes(selector: string): Promise<readonly CheckedMailbox[]> {
    return itemsOf(await this.accounts(['get', 'mailboxes', '-l', selector, '-o', 'json']));
  }

  /** Every entry of one provider past slapd, passwords and operational attributes included. */
  slapcat(provider = 'openldap-0'): Promise<string> {
    const command = ['slapcat', '-f', '/etc/hopthu/slapd.conf', '-o', 'ldif-wrap=no', '-b'];
    return this.mail('exec', provider, '-c', 'slapd', '--', ...command, suffixOf(this.site.domain));
  }
}

/** By DN; how far a provider has come is noted at checkpoints only, and compares as nothing. */
function entriesOf(ldif: string): ReadonlyMap<string, string> {
  const entries = parseLdif(ldif).map(({ dn, attributes: { contextCSN, ...attributes } }) => {
    const sorted = Object.entries(attributes).map(
      ([name, values]) => `${name}: ${values.toSorted().join('\n')}`,
    );
    return [dn, sorted.toSorted().join('\n')] as const;
  });
  return new Map(entries);
}

function itemsOf<T>(list: string): readonly T[] {
  return (JSON.parse(list) as { items: T[] }).items;
}
