/** The directory dies, falls silent, or has no room left. */
import { setTimeout as sleep } from 'node:timers/promises';
import { placesOf } from '../../../charts/directory-config.ts';
import { ports } from '../../../charts/endpoints.ts';
import { removal } from '../../../charts/keep-mail.ts';
import { amidBurst, type Drill } from '../drill.ts';
import { eventually, type Ledger, statusOf } from '../ledger.ts';
import type { Stack } from '../stack.ts';

/** The provider that is active while all is well. */
const pod = 'openldap-0';
const standby = 'openldap-1';
/** As its own probe asks: an anonymous bind is refused with 48 by a slapd that works. */
const alive = (port: number) =>
  `LDAPTLS_REQCERT=allow ldapwhoami -x -H ldaps://localhost:${port}; test $? -eq 48`;

export const directoryKilled: Drill = {
  fault: 'slapd killed (SIGKILL) in a burst of creations',
  run: (world) =>
    amidBurst(world, async () => {
      await world.stack.signal(pod, 'KILL', 'slapd');
      return world.ledger.probe();
    }),
};

export const standbyKilled: Drill = {
  fault: 'The second slapd killed (SIGKILL) in a burst of creations',
  run: (world) =>
    amidBurst(world, async () => {
      await world.stack.signal(standby, 'KILL', 'slapd');
      return world.ledger.probe();
    }),
};

/** Its pod goes without warning and its volume with it; what it had comes back from the other. */
export const activeLost: Drill = {
  fault: 'The first slapd loses its pod and its volume in a burst of creations',
  run: (world) =>
    amidBurst(world, async () => {
      const { stack, ledger } = world;
      await stack.mail('annotate', 'pvc', `data-${pod}`, `${removal}=data-${pod}`);
      await stack.mail('delete', 'pvc', `data-${pod}`, '--wait=false');
      await stack.mail('delete', 'pod', pod, '--grace-period=0', '--force');
      return ledger.probe();
    }),
};

const silentSeconds = 120;

/** Packets vanish on their way, in both directions; the pod itself is well, so that nothing is restarted. */
async function blackHole(stack: Stack, change: '-I' | '-D'): Promise<void> {
  const ip = await stack.mail('get', 'pod', pod, '-o', 'jsonpath={.status.podIP}');
  // What clients come to, and what the other provider and its front ask.
  const listeners = [ports.ldaps, ports.ldapsRead, ports.provider, ports.providerHealth].map(
    ({ container }) => container,
  );
  await stack.inNode(
    `iptables -t mangle ${change} FORWARD -p tcp -d ${ip} -m multiport --dports ${listeners.join()} -j DROP
     iptables -t mangle ${change} FORWARD -p tcp -s ${ip} -m multiport --sports ${listeners.join()} -j DROP`,
  );
}

export const directorySilent: Drill = {
  fault: `slapd black-holed for ${silentSeconds} s in a burst (packets dropped both ways)`,
  run: (world) =>
    amidBurst(world, async () => {
      const { stack, ledger } = world;
      await blackHole(stack, '-I');
      try {
        // Where there is a second one the operator may never notice.
        const isAlone = stack.site.directory.replicas === 1;
        await Promise.all([sleep(silentSeconds * 1000), isAlone ? surfaced(stack, ledger) : undefined]);
      } finally {
        await blackHole(stack, '-D');
      }
      return ledger.probe();
    }),
};

/** Runs `work` while the volume of the first is a small file system; then brings what is on it back. */
async function onSmallVolume(stack: Stack, work: (volume: Volume) => Promise<void>): Promise<void> {
  const claim = await stack.mail('get', 'pvc', `data-${pod}`, '-o', 'jsonpath={.spec.volumeName}');
  const paths = '{.spec.hostPath.path}{.spec.local.path}';
  const folder = await stack.mail('get', 'pv', claim, '-o', `jsonpath=${paths}`);
  const kept = '/var/lib/hopthu-kept';
  await whileDown(stack, () =>
    stack.inNode(
      `cp -a ${folder} ${kept}
       size=$(($(du -sk ${kept} | cut -f1) + ${spareKibibytes}))
       mount -t tmpfs -o size=\${size}k tmpfs ${folder}
       cp -a ${kept}/. ${folder}/`,
    ),
  );
  const volume = {
    fill: () => stack.inNode(`cat /dev/zero > ${folder}/filler 2> /dev/null || true`),
    makeRoom: () => stack.inNode(`rm -f ${folder}/filler`),
  };
  try {
    await work(volume);
  } finally {
    await volume.makeRoom();
    await whileDown(stack, () =>
      stack.inNode(
        `rm -rf ${kept}; cp -a ${folder} ${kept}
         umount ${folder}; cp -a ${kept}/. ${folder}/; rm -rf ${kept}`,
      ),
    );
  }
}

/** Enough for a provider that steps back before mdb runs out. */
const spareKibibytes = 96 * 1024;

/** Somebody else takes all the room that is left, or gives it back. */
type Volume = { readonly fill: () => Promise<unknown>; readonly makeRoom: () => Promise<unknown> };

async function whileDown(stack: Stack, work: () => Promise<unknown>): Promise<void> {
  await stack.mail('scale', 'statefulset/openldap', '--replicas=0');
  await stack.mail('wait', '--for=delete', `pod/${pod}`, '--timeout=120s');
  await work();
  await stack.mail('scale', 'statefulset/openldap', `--replicas=${stack.site.directory.replicas}`);
  await stack.mail('rollout', 'status', 'statefulset/openldap', '--timeout=180s');
}

/** Somebody is told that the directory does not take what is asked. */
async function surfaced(stack: Stack, ledger: Ledger): Promise<void> {
  await eventually(240, async () => {
    const told = (await stack.mailboxes(ledger.selector)).map((one) => statusOf(one).conditions?.[0]?.reason);
    if (!told.includes('LDAPUnavailable')) throw new Error('nobody is told');
  });
}

/** slapd dies while its disk is full, and is there again: what can be read is read, and logins go on. */
async function survivesKill(stack: Stack): Promise<void> {
  await stack.signal(pod, 'KILL', 'slapd');
  await eventually(90, () =>
    stack.mail('exec', pod, '-c', 'slapd', '--', 'sh', '-c', alive(placesOf(stack.site).slapd)),
  );
}

export const diskFull: Drill = {
  fault:
    'Disk full under the active slapd in a burst (a small file system in place of its volume), slapd killed while it is',
  run: async (world) => {
    const { stack, ledger, burst } = world;
    let recovered = 0;
    await onSmallVolume(stack, async (volume) => {
      if (stack.site.directory.replicas > 1) {
        recovered = await amidBurst(world, async () => {
          await volume.fill();
          return ledger.probe();
        });
        await survivesKill(stack);
        await volume.makeRoom();
      } else {
        await volume.fill();
        await ledger.burst(burst);
        await surfaced(stack, ledger);
        await survivesKill(stack);
        await volume.makeRoom();
        recovered = await ledger.probe();
      }
      await ledger.settled();
    });
    return recovered;
  },
};
