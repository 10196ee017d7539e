/** A folder as a small file system of its own, which those alone see who run inside. It needs root, or a namespace of users. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { execa } from 'execa';

const isRoot = process.getuid?.() === 0;

export class SmallVolume {
  readonly #filler: string;
  readonly #holder: ChildProcess;

  private constructor(folder: string, holder: ChildProcess) {
    this.#filler = join(folder, 'filler');
    this.#holder = holder;
  }

  /** An empty file system in place of a folder. */
  static async at(folder: string, mebibytes: number): Promise<SmallVolume> {
    const script = `mount -t tmpfs -o size=${mebibytes}m tmpfs '${folder}' && echo mounted && exec sleep infinity`;
    const args = [isRoot ? '-m' : '-rm', 'sh', '-c', script];
    const holder = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once('data', () => resolve());
      holder.once('exit', (code) => reject(new Error(`no small volume: unshare ended with ${code}`)));
    });
    return new SmallVolume(folder, holder);
  }

  /** A command as one that runs inside. */
  inside(program: string, args: readonly string[]): [string, ...string[]] {
    const users = isRoot ? [] : ['-U', '--preserve-credentials'];
    return ['nsenter', '-t', `${this.#holder.pid}`, '-m', ...users, program, ...args];
  }

  /** Somebody else takes all the room that is left. */
  async fill(): Promise<void> {
    const [program, ...args] = this.inside('sh', [
      '-c',
      'cat /dev/zero > "$0" 2> /dev/null || :',
      this.#filler,
    ]);
    await execa(program, args);
  }

  async makeRoom(): Promise<void> {
    const [program, ...args] = this.inside('rm', [this.#filler]);
    await execa(program, args);
  }

  /** It is gone with the last process inside. */
  end(): void {
    this.#holder.kill('SIGKILL');
  }
}
