import { describe, expect, it } from 'vitest';
import { expectedLine, readBlocks, substitute, withoutLocalEquivalent } from './read-guide.ts';

const guide = (...blocks: readonly [string, string][]) =>
  blocks.map(([mark, text]) => `words\n\n\`\`\`${mark}\n${text}\n\`\`\`\n`).join('\n');

describe('the blocks of a guide', () => {
  it('are read in order, with their lines', () => {
    expect(readBlocks(guide(['sh', 'a\nb'], ['text', 'c']))).toEqual([
      { kind: 'sh', text: 'a\nb', line: 3 },
      { kind: 'text', text: 'c', line: 10 },
    ]);
  });

  it.each(['', 'bash', 'console', 'sh cloud'])('are refused when they are marked "%s"', (mark) => {
    expect(() => readBlocks(guide([mark, 'a']))).toThrow('run by nobody');
  });

  it('need a local one for each real one', () => {
    const pair = readBlocks(guide(['sh real', 'a'], ['sh real', 'b'], ['sh local', 'c']));
    expect(withoutLocalEquivalent(pair)).toEqual([]);
    const alone = readBlocks(guide(['sh real', 'a'], ['sh', 'b'], ['sh local', 'c']));
    expect(withoutLocalEquivalent(alone).map(({ text }) => text)).toEqual(['a']);
    expect(withoutLocalEquivalent(readBlocks(guide(['sh real', 'a'])))).toHaveLength(1);
  });
});

it.each([
  ['published … (targets 1): …', 'published a b (targets 1): 3 chunks', true],
  ['published … (targets 1): …', 'published a b (targets 2): 3 chunks', false],
  ['a.b', 'axb', false],
  ['a', 'ab', false],
  ['a', 'before\na\nafter', true],
])('a line "%s" in "%s": %s', (line, output, isThere) => {
  expect(expectedLine(line).test(output)).toBe(isThere);
});

it('puts in place of what is written what the guide says', () => {
  const given = { scripts: { tool: 'node tool.ts' }, ports: [['8787', 1234]] as const };
  expect(substitute('npm run -s tool -- do --remote :8787', given)).toBe(
    'node tool.ts do --local --persist-to "$WORK/state" :1234',
  );
  expect(() => substitute('npm run -s nothing -- do', given)).toThrow('nothing');
});
