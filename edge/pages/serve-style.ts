/** The stylesheet, its parts in the order in which they weigh, at a name that changes with its content, so that it is fetched once. */
import { createHash } from 'node:crypto';
import { utf8 } from '../../shared/bytes.ts';
import answering from './style/answering.css';
import asking from './style/asking.css';
import base from './style/base.css';
import charts from './style/charts.css';
import frame from './style/frame.css';
import pieces from './style/pieces.css';
import tables from './style/tables.css';

const STYLE = [base, frame, asking, answering, tables, charts, pieces].join('\n');
const TEXT = utf8(STYLE);

/** `createHash` and not WebCrypto: the name is needed when the module is loaded, before any request. */
const NAME = `${createHash('sha256').update(STYLE).digest('hex').slice(0, 16)}.css`;

export const STYLE_PATH = `/style/${NAME}`;

/** `null` for the name of another release's stylesheet. */
export function serveStyle(name: string): Response | null {
  if (name !== NAME) return null;
  return new Response(TEXT, {
    headers: {
      'content-type': 'text/css; charset=utf-8',
      'content-length': String(TEXT.length),
      'cache-control': 'public, max-age=31536000, immutable',
    },
  });
}
