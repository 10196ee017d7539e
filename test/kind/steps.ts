const HEARTBEAT_MS = 30_000;
const FRAME_MS = 250;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

interface Running {
  readonly title: string;
  readonly startedAt: number;
}

/** Steps under way, the outermost first: only the innermost has the progress line of the terminal. */
const running: Running[] = [];

const seconds = (step: Running): string => `${((performance.now() - step.startedAt) / 1000).toFixed(1)} s`;

function clearLine(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
}

function drawLine(): void {
  const step = running.at(-1);
  if (step === undefined) return;
  const frame = FRAMES[Math.floor(performance.now() / FRAME_MS) % FRAMES.length];
  const width = (process.stderr.columns ?? 80) - 1;
  clearLine();
  process.stderr.write(`${frame} ${step.title} … ${seconds(step)}`.slice(0, width));
}

/**
 * Does one long piece of work and tells on standard error what it is and for how long it runs: on a terminal
 * as a line that keeps changing, in a log as a line at the start, one every 30 s, and one at the end.
 * Steps may hold steps. The result, or the error, is that of the work.
 */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const terminal = process.stderr.isTTY;
  const mine: Running = { title, startedAt: performance.now() };
  running.push(mine);
  if (!terminal) process.stderr.write(`> ${title}\n`);
  const timer = setInterval(
    () => {
      if (running.at(-1) !== mine) return;
      if (terminal) drawLine();
      else process.stderr.write(`  ${title}: running for ${seconds(mine)}\n`);
    },
    terminal ? FRAME_MS : HEARTBEAT_MS,
  );
  const end = (mark: string): void => {
    clearInterval(timer);
    running.splice(running.indexOf(mine), 1);
    clearLine();
    process.stderr.write(`${mark} ${title} (${seconds(mine)})\n`);
  };
  try {
    const result = await work();
    end('✓');
    return result;
  } catch (error) {
    end('✗');
    throw error;
  }
}
