/**
 * The router as a `Machine`: its files, programs and processes, each look a script for its `sh`. What a service
 * profile stops is written down with the watchman first, so that the router starts it also where we do not.
 */
import { PROCESSES_MAX, ROUTER_OUTPUT_MAX_CHARS } from '../router/limits.ts';
import { type Machine, namesOf, type RunningProcess } from '../router/machine.ts';
import type { PortHolder } from '../router/preflight/facts.ts';
import type { RunEnd } from '../router/run-command.ts';
import { startOf, stopOf } from './counterpart.ts';
import { GUARD_DIRECTORY, PATH_LINE } from './guard-script.ts';
import { quote } from './quote.ts';

export type RemoteShell = {
  readonly run: (script: string) => Promise<RunEnd>;
  readonly keep: (start: readonly string[]) => Promise<boolean>;
  readonly forget: (start: readonly string[]) => Promise<void>;
};

export function remoteMachine({ run, keep, forget }: RemoteShell): Machine {
  return {
    isThere: async (path) => (await run(`[ -e ${quote([path])} ]`)).code === 0,
    readText: async (path) => {
      const { code, stdout } = await run(`cat ${quote([path])} 2>/dev/null`);
      return code === 0 ? stdout : null;
    },
    run: async (command) => {
      const start = startOf(command);
      if (start !== null && !(await keep(start)))
        return {
          code: 1,
          signalName: null,
          stdout: '',
          stderr: 'it could not be written down on the router',
        };
      const { code, signalName, stdout, stderr } = await run(`${PATH_LINE}\n${quote(command)}`);
      if (code === 0 && stopOf(command) !== null) await forget(command);
      return { code, signalName, stdout: stdout.slice(-ROUTER_OUTPUT_MAX_CHARS), stderr };
    },
    processes: async () => parseProcesses((await run(PROCESSES_SCRIPT)).stdout),
    portHolders: async (nodes) => parseHolders((await run(HOLDERS_SCRIPT)).stdout, nodes),
  };
}

/** `own PID` of what we run there ourselves, then a process id, a TAB and its command line, its NULs as TABs. */
const PROCESSES_SCRIPT = `for f in ${GUARD_DIRECTORY}/own.*; do echo "own \${f##*.}"; done
for p in /proc/[0-9]*; do
  line=$(tr '\\000\\n' '\\t ' <"$p/cmdline" 2>/dev/null) && [ -n "$line" ] && printf '%s\\t%s\\n' "\${p#/proc/}" "$line"
done; :`;

/** The same, and the links of /proc/PID/fd into /dev as `ls -l` shows them. */
const HOLDERS_SCRIPT = `${PROCESSES_SCRIPT}
echo links
ls -l /proc/[0-9]*/fd 2>/dev/null | grep -E '^/proc/|-> /dev/(tty[UA]|cdc-wdm|wwan|bus/usb/)'; :`;

type Listed = RunningProcess & { readonly isOwn: boolean };

function list(text: string): readonly Listed[] {
  const lines = text.split('\n');
  const own = new Set(lines.map((line) => /^own (\d+)$/.exec(line)?.[1]).filter((pid) => pid !== undefined));
  return lines.slice(0, PROCESSES_MAX).flatMap((line) => {
    const [pid = '', program = '', script = ''] = line.split('\t');
    if (!/^\d{1,10}$/.test(pid) || program === '') return [];
    return [{ pid: Number(pid), names: namesOf(program, script), isOwn: own.has(pid) }];
  });
}

function parseProcesses(text: string): readonly RunningProcess[] {
  return list(text)
    .filter(({ isOwn }) => !isOwn)
    .map(({ pid, names }) => ({ pid, names }));
}

function parseHolders(text: string, nodes: readonly string[]): readonly PortHolder[] {
  const [processes = '', links = ''] = text.split('\nlinks\n');
  const known = new Map(list(processes).map((listed) => [listed.pid, listed]));
  const held = new Map<number, Set<string>>();
  let pid = 0;
  for (const line of links.split('\n')) {
    const directory = /^\/proc\/(\d+)\/fd:$/.exec(line);
    if (directory !== null) pid = Number(directory[1]);
    const node = /-> (\/dev\/\S+)$/.exec(line)?.[1];
    if (node !== undefined && nodes.includes(node)) held.set(pid, (held.get(pid) ?? new Set()).add(node));
  }
  return [...held].flatMap(([holder, theirs]) => {
    const listed = known.get(holder);
    if (listed === undefined || listed.isOwn) return [];
    return [{ pid: holder, name: listed.names.at(-1) ?? '', nodes: [...theirs] }];
  });
}
