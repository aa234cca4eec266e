/** The deploy guide as a test needs it: its blocks in order, and what it says is put in place of what is written. */

export type Block = {
  readonly kind: 'sh' | 'real' | 'local' | 'text';
  readonly text: string;
  /** Of its fence in the file, from 1. */
  readonly line: number;
};

const FENCE = /^```(.*)$/;
const KINDS: Readonly<Record<string, Block['kind']>> = {
  sh: 'sh',
  'sh real': 'real',
  'sh local': 'local',
  text: 'text',
};

/** Every fenced block; throws for one that is marked otherwise, so that none is left out unseen. */
export function readBlocks(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { kind: Block['kind']; line: number; lines: string[] } | null = null;
  for (const [i, line] of markdown.split('\n').entries()) {
    const mark = FENCE.exec(line)?.[1];
    if (open !== null && mark === undefined) open.lines.push(line);
    else if (open !== null) {
      if (mark !== '') throw new Error(`line ${i + 1}: a block begins in a block`);
      blocks.push({ kind: open.kind, line: open.line, text: open.lines.join('\n') });
      open = null;
    } else if (mark !== undefined) {
      const kind = KINDS[mark];
      if (kind === undefined) throw new Error(`line ${i + 1}: a block marked "${mark}" is run by nobody`);
      open = { kind, line: i + 1, lines: [] };
    }
  }
  if (open !== null) throw new Error(`line ${open.line}: a block without an end`);
  return blocks;
}

/** A real block is run by nobody: the next one that is no real one must be its local equivalent. */
export function withoutLocalEquivalent(blocks: readonly Block[]): readonly Block[] {
  return blocks.filter((block, i) => {
    if (block.kind !== 'real') return false;
    return blocks.slice(i + 1).find(({ kind }) => kind !== 'real')?.kind !== 'local';
  });
}

/** What a line of a `text` block asks of the output: `…` stands for anything within a line. */
export function expectedLine(line: string): RegExp {
  const literal = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 'm');
}

export type Substitutions = {
  /** `scripts` of package.json. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Port in the guide, and port that is free. */
  readonly ports: readonly (readonly [string, number])[];
};

/** As the table of the guide says. */
export function substitute(command: string, { scripts, ports }: Substitutions): string {
  let text = command
    .replace(/npm run -s ([\w-]+) --(?=\s)/g, (_, name: string) => {
      const script = scripts[name];
      if (script === undefined) throw new Error(`package.json has no script ${name}`);
      return script;
    })
    .replaceAll('npm exec -c', 'sh -c')
    .replaceAll('--remote', '--local --persist-to "$WORK/state"');
  for (const [written, free] of ports) text = text.replaceAll(written, String(free));
  return text;
}
