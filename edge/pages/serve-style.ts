/** The stylesheet, at a name that changes with its content, so that it is fetched once. */
import { createHash } from 'node:crypto';
import { utf8 } from '../../shared/bytes.ts';
import style from './style.css';

const TEXT = utf8(style);

/** `createHash` and not WebCrypto: the name is needed when the module is loaded, before any request. */
const NAME = `${createHash('sha256').update(style).digest('hex').slice(0, 16)}.css`;

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
