/** The operator dies, stands still, or has a wrong clock. */
import { setTimeout as sleep } from 'node:timers/promises';
import { amidBurst, type Drill } from '../drill.ts';
import { eventually, type Ledger, statusOf } from '../ledger.ts';
import type { Stack } from '../stack.ts';

const kills = 20;
const kubeletConfig = '/var/lib/kubelet/config.yaml';

/** Lets the kubelet start a container again within a second, however often it died. */
async function withoutBackOff(stack: Stack, work: () => Promise<void>): Promise<void> {
  const restart = 'pkill -x kubelet';
  await stack.inNode(
    `cp ${kubeletConfig} ${kubeletConfig}.kept
     printf 'crashLoopBackOff:\\n  maxContainerRestartPeriod: 1s\\n' >> ${kubeletConfig}
     ${restart}`,
  );
  try {
    await work();
  } finally {
    await stack.inNode(`mv ${kubeletConfig}.kept ${kubeletConfig}; ${restart}`);
  }
}

export const operatorKilled: Drill = {
  fault: `Operator that writes killed ${kills} times, each at a random moment of a burst`,
  run: async ({ stack, ledger, random, burst }) => {
    let recovered = 0;
    await withoutBackOff(stack, async () => {
      for (let count = 0; count < kills; count += 1) {
        const burstEnded = ledger.burst(Math.ceil(burst / kills));
        await sleep(1_500 * random.next());
        await eventually(60, async () => stack.signal(await stack.leader(), 'KILL'));
        await burstEnded;
      }
      recovered = await ledger.probe();
    });
    return recovered;
  },
};

/** Shifts what a process takes for the time; what TLS and the kernel take for it stays. */
function clockOff(milliseconds: number): string {
  const shift = `const D=Date;globalThis.Date=class extends D{constructor(...a){a.length?super(...a):super(D.now()+${milliseconds})}static now(){return D.now()+${milliseconds}}}`;
  return `--import=data:text/javascript,${encodeURIComponent(shift)}`;
}

async function withClock(stack: Stack, milliseconds: number, work: () => Promise<void>): Promise<void> {
  const set = async (options: string) => {
    await stack.mail('set', 'env', 'deployment/operator', `NODE_OPTIONS${options}`);
    await stack.mail('rollout', 'status', 'deployment/operator', '--timeout=180s');
  };
  await set(`=${clockOff(milliseconds)}`);
  try {
    await work();
  } finally {
    await set('-');
  }
}

const day = 86_400_000;

export const wrongClock: Drill = {
  fault: "The operator's clock a day ahead, then a day behind, with a burst each time",
  run: async ({ stack, ledger, burst }) => {
    let recovered = 0;
    for (const shift of [day, -day]) {
      await withClock(stack, shift, async () => {
        recovered = Math.max(recovered, await ledger.probe());
        await ledger.burst(Math.floor(burst / 5));
        await ledger.settled();
        await expectShifted(stack, ledger, shift);
      });
    }
    return recovered;
  },
};

/** The newest condition is as far off as the clock that it was written by. */
async function expectShifted(stack: Stack, ledger: Ledger, shift: number): Promise<void> {
  const times = (await stack.mailboxes(ledger.selector)).map((mailbox) =>
    Date.parse(statusOf(mailbox).conditions?.[0]?.lastTransitionTime ?? ''),
  );
  const off = times.map((time) => Math.abs(Date.now() + shift - time));
  if (Math.min(...off) > 600_000) throw new Error('the clock of the operator was not off');
}

type Deployment = {
  metadata: { name: string };
  spec: {
    replicas: number;
    selector: { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string> };
      spec: { containers: { env: { name: string; value: string }[] }[] };
    };
  };
};

/** One operator as it is, and beside it one whose clock is ten minutes ahead. */
async function withSkewedRival(stack: Stack, work: () => Promise<void>): Promise<void> {
  const deployment = JSON.parse(await stack.mail('get', 'deployment/operator', '-o', 'json')) as Deployment;
  const { replicas, template } = deployment.spec;
  const name = 'operator-skewed';
  const labels = { 'app.kubernetes.io/name': name };
  const env = { name: 'NODE_OPTIONS', value: clockOff(600_000) };
  const rival = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      ...deployment.spec,
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        ...template,
        metadata: { labels },
        spec: {
          ...template.spec,
          containers: template.spec.containers.map((container) => ({
            ...container,
            env: [...container.env, env],
          })),
        },
      },
    },
  };
  await stack.mail('scale', 'deployment/operator', '--replicas=1');
  try {
    await stack.create(rival);
    await stack.mail('rollout', 'status', `deployment/${name}`, '--timeout=180s');
    await work();
  } finally {
    await stack.mail('delete', 'deployment', name, '--ignore-not-found');
    await stack.mail('scale', 'deployment/operator', `--replicas=${replicas}`);
    await stack.mail('rollout', 'status', 'deployment/operator', '--timeout=180s');
  }
}

/** Stops the process that leads until the other one does, and lets it go on in the belief that it still may. */
async function pauseLeader(stack: Stack): Promise<void> {
  const holder = await stack.leader();
  await stack.signal(holder, 'STOP');
  try {
    await eventually(60, async () => {
      if ((await stack.leader()) === holder) throw new Error('nobody takes over');
    });
  } finally {
    await stack.signal(holder, 'CONT');
  }
}

export const twoLeaders: Drill = {
  fault:
    'Two leaders: the one that writes stands still until another leads, then goes on; twice, one clock 10 minutes ahead',
  run: async (world) => {
    let recovered = 0;
    await withSkewedRival(world.stack, async () => {
      for (let count = 0; count < 2; count += 1) {
        const taken = await amidBurst({ ...world, burst: Math.floor(world.burst / 2) }, async () => {
          const [, ready] = await Promise.all([pauseLeader(world.stack), world.ledger.probe()]);
          return ready;
        });
        recovered = Math.max(recovered, taken);
        await world.ledger.settled();
      }
    });
    return recovered;
  },
};
