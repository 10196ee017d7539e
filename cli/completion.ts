/** `hopthu completion`: a shell's completion, from the commands as they are. */
import type { Command, Option } from 'commander';
import { siteNames } from '../charts/site-files.ts';
import { WrongInput } from './failure.ts';

type Known = {
  readonly command: string;
  readonly description: string;
  /** Words that come next, as `list` after `backup`. */
  readonly next: readonly string[];
  readonly options: readonly string[];
  /** The options that take a value, with the values that are known. */
  readonly values: Readonly<Record<string, readonly string[]>>;
};

/**
 * The script to evaluate: `eval "$(hopthu completion bash)"`.
 * @throws WrongInput for another shell
 */
export function completion(program: Command, shell: string): string {
  const known = program.commands.map(knownOf);
  if (shell === 'bash') return bash(known);
  if (shell === 'zsh') return zsh(known);
  throw new WrongInput(`no completion for "${shell}": use bash or zsh`);
}

/** A command with those below it, whose options count as its own. */
function knownOf(command: Command): Known {
  const options = [command, ...command.commands].flatMap((one) => one.createHelp().visibleOptions(one));
  const flags = options.flatMap((option) => flagsOf(option).map((flag) => ({ flag, option })));
  return {
    command: command.name(),
    description: command.description(),
    next: command.commands.map((one) => one.name()),
    options: [...new Set(flags.map(({ flag }) => flag))],
    values: Object.fromEntries(
      flags
        .filter(({ option }) => option.required || option.optional)
        .map(({ flag, option }) => [flag, valuesOf(option)]),
    ),
  };
}

function flagsOf({ short, long }: Option): readonly string[] {
  return [short, long].filter((flag) => flag !== undefined);
}

/** No value known: the shell offers files. */
function valuesOf(option: Option): readonly string[] {
  if (option.long === '--site') return siteNames();
  return option.argChoices ?? [];
}

function bash(known: readonly Known[]): string {
  const cases = known.map(({ command, next, options, values }) => {
    const ofValues = Object.entries(values).map(
      ([flag, list]) =>
        `        ${flag}) ${list.length === 0 ? 'COMPREPLY=($(compgen -f -- "$word"))' : `COMPREPLY=($(compgen -W '${list.join(' ')}' -- "$word"))`}; return ;;`,
    );
    const branches = ofValues.length === 0 ? [] : ['      case "$before" in', ...ofValues, '      esac'];
    const following =
      next.length === 0
        ? []
        : [
            `      if [ "$COMP_CWORD" -eq 2 ]; then COMPREPLY=($(compgen -W '${next.join(' ')}' -- "$word")); return; fi`,
          ];
    return [
      `    ${command})`,
      ...following,
      ...branches,
      `      case "$word" in`,
      `        -*) COMPREPLY=($(compgen -W '${options.join(' ')}' -- "$word")) ;;`,
      '        *) COMPREPLY=($(compgen -f -- "$word")) ;;',
      '      esac ;;',
    ].join('\n');
  });
  return `# eval "$(hopthu completion bash)"
_hopthu() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${known.map(({ command }) => command).join(' ')}' -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
}
complete -o filenames -F _hopthu hopthu kubectl-hopthu
`;
}

function zsh(known: readonly Known[]): string {
  const cases = known.map(({ command, next, options, values }) => {
    const ofValues = Object.entries(values).map(
      ([flag, list]) =>
        `        ${flag}) ${list.length === 0 ? '_files' : `compadd -- ${list.join(' ')}`}; return ;;`,
    );
    const branches =
      ofValues.length === 0 ? [] : ['      case "$words[CURRENT-1]" in', ...ofValues, '      esac'];
    const following =
      next.length === 0 ? [] : [`      if (( CURRENT == 3 )); then compadd -- ${next.join(' ')}; return; fi`];
    return [
      `    ${command})`,
      ...following,
      ...branches,
      `      if [[ "$words[CURRENT]" == -* ]]; then compadd -- ${options.join(' ')}; else _files; fi ;;`,
    ].join('\n');
  });
  const described = known.map(({ command, description }) => `    ${quoted(`${command}:${description}`)}`);
  return `# eval "$(hopthu completion zsh)"
_hopthu() {
  local -a commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases.join('\n')}
  esac
}
compdef _hopthu hopthu kubectl-hopthu
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
